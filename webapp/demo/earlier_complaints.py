"""The complaints of the past year that have come to their end, each in another way.

They are told in few words: who complained or was complained about is nobody with an account.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from webapp.demo.pace import Teller
from webapp.demo.requests import Story

# By number in city.toml: who investigates, advises, gives legal advice, and heads the departments.
INVESTIGATOR, ADVISER, ATTORNEY = 13, 12, 10
HEADS = {"PRK": 17, "FIR": 19, "PWK": 14, "COM": 1}

STARTED_AT = time(8, 2)
Answers = dict[str, Any]


def complaints(told: Sequence[Mapping[str, Any]], chance: random.Random) -> list[Story]:
    """Tell complaints in the order of their numbers, the oldest first."""
    return [_story(row, number, chance) for number, row in enumerate(told, start=1)]


def _story(row: Mapping[str, Any], number: int, chance: random.Random) -> Story:
    teller = Teller(chance, row["began"])
    PastComplaint(row, teller).tell()
    return {
        "number": number,
        "process": "investigate-complaint",
        "by": ADVISER,
        "ago": row["began"],
        "at": STARTED_AT,
        "step": teller.steps,
    }


@dataclass
class PastComplaint:
    """What was complained about, and how it went."""

    row: Mapping[str, Any]
    teller: Teller

    def tell(self) -> None:
        """Tell it from the complaint to the reply."""
        self._file()
        if self.row["end"] == "out-of-scope":
            self._scope("out-of-scope")
            self._reply("WithoutAction")
            return
        self._scope("in-scope")
        self._investigate()
        if self.row["end"] in ("no-violation", "unsubstantiated"):
            self._reply("WithoutAction")
            return
        self._act()
        self._reply("AfterAction")

    def _file(self) -> None:
        row, teller = self.row, self.teller
        teller.step(
            "FileComplaint",
            ADVISER,
            (0, 0),
            source=row["source"],
            about_words=row["about"],
            where=row["where"],
            incident_date={"ago": teller.ago + 2},
            description=row["what"],
            clauses_alleged=["policy"],
            in_good_faith=True,
        )
        teller.wait(1, 2)
        teller.step(
            "IntakeComplaint",
            INVESTIGATOR,
            (0, 0),
            received_on=teller.day,
            acknowledged_how="not-possible",
            subject_name=row["about"],
            deciding_unit=row["unit"],
            severity="low",
            speech_concern=row["end"] == "out-of-scope",
            hold_question=False,
        )

    def _scope(self, decision: str) -> None:
        row, teller = self.row, self.teller
        if decision == "out-of-scope":
            said = {"protected_speech": "yes", "hold": "not-needed"}
            text = "A private person's opinion on a matter of public concern."
            teller.step("AssessSpeech", ATTORNEY, (1, 2), **said, advice_text=text)
        teller.wait(0, 1)
        kept = {"kinds": ["posts"], "how": "Pictures of the page", "kept_where": "Case folder"}
        teller.step("PreserveEvidence", INVESTIGATOR, (0, 0), captured_on=teller.day, **kept)
        given = {"decision": decision, "in_force": True, "reason": row["scope"]}
        given["covered_person"] = "yes" if decision == "in-scope" else "no"
        teller.step("DecideScope", INVESTIGATOR, (1, 3), **given)
        if decision == "in-scope":
            teller.step("SetInterimMeasure", INVESTIGATOR, (0, 1), measure="none")

    def _investigate(self) -> None:
        row, teller = self.row, self.teller
        teller.step(
            "AssignLead",
            INVESTIGATOR,
            (1, 3),
            lead="human-resources",
            reason="The department has nobody who is free of the matter.",
            ask_attorney_about_notice=False,
            subject_answers_here=False,
        )
        teller.wait(1, 2)
        notice: Answers = {"kinds": ["tennessen"], "elements": ["purpose", "use", "may-refuse"]}
        text = "We ask you about posts, to find out whether the policy was kept."
        day = teller.day
        teller.step("GiveNotice", INVESTIGATOR, (0, 0), **notice, notice_text=text, given_on=day)
        teller.step("GatherEvidence", INVESTIGATOR, (2, 5), next_step="interview")
        teller.wait(2, 4)
        held = {"as_what": "subject", "held_on": teller.day, "notice": "given"}
        summary = row["said"]
        teller.step(
            "InterviewPerson", INVESTIGATOR, (0, 0), person=row["about"], summary=summary, **held
        )
        teller.step("GatherEvidence", INVESTIGATOR, (1, 3), next_step="complete")
        advice: Answers = {"attorney_needed": False, "why_not_attorney": "No question of law."}
        advice |= {"opinion": row["opinion"], "advice_text": "The facts carry the finding."}
        teller.step("ConsultHR", ADVISER, (1, 4), **advice)
        self._find()

    def _find(self) -> None:
        row = self.row
        found: Answers = {"finding": "violation", "ground": row.get("ground", "misconduct")}
        if row["end"] in ("no-violation", "unsubstantiated"):
            found = {"finding": row["end"]}
        found |= {"standard": "preponderance", "facts": row["said"], "rules_cited": "CP-1"}
        self.teller.step("MakeFinding", INVESTIGATOR, (1, 3), **found, reason=row["reason"])

    def _act(self) -> None:
        row, teller = self.row, self.teller
        head = HEADS[row["unit"]]
        category = "volunteer" if row["end"] == "assignment-ended" else "employee"
        teller.step(
            "EstablishCategory", ADVISER, (1, 2), category=category, source="Personnel file"
        )
        level = {"coached": "coaching", "warned": "written-warning"}.get(row["end"], "other")
        advice = "As in comparable cases."
        teller.step("AdviseDiscipline", ADVISER, (2, 5), level=level, advice_text=advice)
        if category == "employee":
            considered = "What fits the finding and the advice."
            teller.step("PlanAction", head, (1, 3), plan="other", considered=considered)
        teller.wait(2, 6)
        acted = {"reason": row["reason"], "follows_advice": True, "decided_on": teller.day}
        acted["letter"] = "You are told in this letter what was found and what follows."
        match row["end"]:
            case "assignment-ended":
                measure = "end-assignment"
                teller.step("LimitAssignment", head, (0, 0), measure=measure, **acted)
            case "coached":
                act = {"decision": "action", "kind": "coaching"}
                teller.step("TakeAction", head, (0, 0), **act, **acted)
            case _:
                act = {"decision": "discipline", "kind": "written-warning"}
                teller.step("TakeAction", head, (0, 0), **act, **acted)
                self._appeal()

    def _appeal(self) -> None:
        teller = self.teller
        teller.step("RecordAppealChoice", INVESTIGATOR, (3, 6), choice="grievance")
        teller.wait(8, 14)
        heard = {"decision": "confirm", "decided_on": teller.day, "decided_by": "Labor relations"}
        reason = "The warning fits what was found."
        teller.step("HearGrievance", ADVISER, (0, 0), **heard, reason=reason)

    def _reply(self, how: str) -> None:
        teller = self.teller
        if how == "AfterAction":
            teller.wait(1, 3)
            if self.row["end"] == "warned":
                final = {"disposition": "discipline", "kind": "written-warning"}
                reasons = self.row["reason"]
                self._dispose("RecordDiscipline", final_on=teller.day, reasons=reasons, **final)
            else:
                final = {"disposition": "no-discipline"}
                self._dispose("RecordDisposition", final_on=teller.day, **final)
        teller.wait(0, 2)
        told = {"how": "mail", "replied_on": teller.day}
        reply = "Your complaint was looked into and is closed. Thank you for telling us."
        teller.step(f"Reply{how}", INVESTIGATOR, (0, 0), reply=reply, **told)
        teller.step(f"Close{how}", INVESTIGATOR, (0, 1), reason="Everybody was told.")

    def _dispose(self, element: str, **answers: Any) -> None:
        self.teller.step(element, ADVISER, (0, 0), **answers)
