// The panel beside the canvas: what the chosen element is and does, in the words of the policy.
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import siteward from '../siteward.json';
import { Changes } from './changes.js';
import { Panel } from './panel.js';
import { Policy } from './policy.js';
import { Server } from './server.js';

export const moddle = { camunda, siteward };

export const panelModule = {
  __init__: ['propertiesPanel', 'policyProperties'],
  propertiesPanel: ['type', Panel],
  policyProperties: ['type', Policy],
  studioChanges: ['type', Changes],
  studioServer: ['type', Server],
};
