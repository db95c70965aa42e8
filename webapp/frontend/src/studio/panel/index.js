// The panel beside the canvas: what the chosen element is, in the words of the policy.
import { BpmnPropertiesPanelModule } from 'bpmn-js-properties-panel';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import siteward from '../siteward.json';

export const moddle = { camunda, siteward };

export const panelModule = {
  __depends__: [BpmnPropertiesPanelModule],
};
