"""One request of the past year, told step by step from what was wanted to how it ended."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.demo.pace import Teller

# By number in city.toml.
DIRECTOR, OFFICER, REVIEWER, RECORDS, MEETINGS = 1, 2, 3, 6, 7
SECURITY, ATTORNEY = 8, 11

# Information Technology has been short of hands for so many business days, and slow since.
SLOW_SINCE = 75
QUICK, SLOW = (1, 3), (4, 8)

Answers = dict[str, Any]


@dataclass
class PastRequest:
    """What was wanted, by whom, and how it went."""

    row: Mapping[str, Any]
    unit: Mapping[str, Any]
    form: str
    asks: int
    teller: Teller

    @property
    def chance(self) -> random.Random:
        return self.teller.chance

    @property
    def forwards(self) -> int:
        return int(self.unit["forwards"])

    @property
    def decides(self) -> int:
        """Who decides: the director, unless she has forwarded it herself."""
        return REVIEWER if self.forwards == DIRECTOR else DIRECTOR

    def bends(self, name: str) -> bool:
        return name in self.row.get("bends", ())

    def tell(self) -> None:
        """Tell it to its end, or to today."""
        self._submit((0, 2))
        if not self._is_forwarded() or not self._is_reviewed():
            return
        self._advise()
        if self._is_decided() and self._is_agreed():
            self._prepare()
            self._launch()

    def _submit(self, after: tuple[int, int]) -> None:
        self.teller.step("SubmitRequest", self.asks, after, **self._wish())

    def _wish(self) -> Answers:
        row, unit = self.row, self.unit
        return {
            "unit": row["unit"],
            "request_kind": "new",
            "proposed_name": row["name"],
            "proposed_handle": row["handle"],
            "platform": row["platform"],
            "presence_form": self.form,
            "acting_as": unit["acting_as"],
            "goal_advanced": "Residents know what the City offers and can take part in it.",
            "purpose": row["purpose"],
            "audience": "Residents of Northwater",
            "languages": ["en"],
            "why_not_existing_channel": "The City's channels reach other people, or not in time.",
            "content_types": ["text", "photo"],
            "posting_frequency": "weekly",
            "comments_allowed": "limited",
            "comments_justification": "Questions are answered on working days.",
            "private_messages_on": False,
            "monitoring_plan": "Comments are read each working morning, and by Communications when "
            "nobody of the unit is there.",
            "monitoring_hours": "weekdays 8 am to 4 pm",
            "primary_admin": unit["runs"],
            "backup_admin": OFFICER,
            "account_email": f"{row['handle']}@northwater.example",
            "staff_hours_week": 3,
            "start_date": {"ago": max(row["began"] - 30, 0)},
            "minors_or_sensitive_content": False,
            "accessibility_plan": "Alternative text on pictures, captions on films.",
            "public_body_site": unit.get("public", False),
            "attestation": True,
        }

    def _is_forwarded(self) -> bool:
        teller, pace = self.teller, self.chance.choice([(1, 2), (1, 3), (2, 4), (4, 6)])
        if self.row["end"] == "withdrawn-early":
            self._withdraw("WithdrawWhileForwarding", (1, 3))
            return False
        if self.bends("silent"):
            reason = "The department has not answered for more than a week."
            teller.step("AskCommunications", self.asks, (7, 8), reason=reason)
            return True
        if self.bends("returned-early"):
            reason = "Please say who reads comments when you are away."
            teller.step("ForwardRequest", self.forwards, pace, decision="return", reason=reason)
            self._submit((1, 4))
        if self.row["end"] == "declined":
            self._decline(self.row["reason"], pace)
            teller.step("AnswerDecline", self.asks, (1, 3), answer="accept")
            return False
        if self.bends("escalated"):
            self._decline("We have too many pages already.", pace)
            why = "Two thousand households hold a permit, and hear of closures from each other."
            teller.step("AnswerDecline", self.asks, (1, 3), answer="escalate", reason=why)
            return True
        self._forward(pace)
        return True

    def _forward(self, pace: tuple[int, int]) -> None:
        given = {"decision": "forward", "capacity_confirmed": True}
        self.teller.step("ForwardRequest", self.forwards, pace, **given)

    def _decline(self, reason: str, pace: tuple[int, int]) -> None:
        given = {"decision": "decline", "reason": reason}
        self.teller.step("ForwardRequest", self.forwards, pace, **given)

    def _withdraw(self, element: str, after: tuple[int, int]) -> None:
        self.teller.step(element, self.asks, after, reason="Another channel does it as well.")

    def _is_reviewed(self) -> bool:
        if self.row["end"] == "not-supported":
            refused = {"decision": "not-city-supported", "determination": "not"}
            self._review(**refused, reason=self.row["reason"])
            return False
        if self.bends("returned"):
            self._review(decision="return", reason="The plan for comments names nobody.")
            self._submit((1, 3))
            self._forward((1, 2))
        self._review(decision="complete")
        return True

    def _review(self, **given: Any) -> None:
        usual = {
            "determination": "city-supported",
            "completeness": ["goal", "administrators", "accessibility", "account-email"],
            "duplicate_check": "none",
            "new_platform": False,
            "needs_retention_advice": False,
            "needs_law_advice": self.bends("law"),
        }
        by = self.chance.choice([OFFICER, REVIEWER])
        self.teller.step("ReviewRequest", by, (1, 3), **{**usual, **given})

    def _advise(self) -> None:
        teller = self.teller
        if self.bends("law"):
            text = "The purpose is the City's; answers to voters and members stay factual."
            teller.step("AdviseLaw", ATTORNEY, (1, 3), contract_concerns="none", advice_text=text)
        if self.unit.get("public"):
            text = "Members do not discuss business of the body below posts."
            teller.step(
                "AdviseOpenMeetings", MEETINGS, (1, 2), open_meeting_risk="no", advice_text=text
            )
        if self.row["end"] == "withdrawn":
            self._withdraw("WithdrawWhileDeciding", (1, 2))
            return
        pace = SLOW if teller.ago < SLOW_SINCE else QUICK
        teller.step("AdviseSecurity", SECURITY, pace, **self._security())

    def _security(self) -> Answers:
        checks = {"check_city_email": "ok", "check_mfa": "ok", "mfa_type": "app"}
        if self.bends("conditions"):
            return {
                **checks,
                "outcome": "concerns-with-conditions",
                "conditions": "Nobody signs in with an account that is shared.",
                "residual_risk": "medium",
                "advice_text": "With sign-ins of one's own the risk that remains is small.",
            }
        plain = {"outcome": "no-concerns", "residual_risk": "low", "advice_text": "In order."}
        return {**checks, **plain}

    def _is_decided(self) -> bool:
        end = self.row["end"]
        if end == "withdrawn":
            return False
        given: Answers = {"decision": "approve", "determination": "city-supported"}
        if end == "rejected":
            given |= {"decision": "reject", "reason": self.row["reason"]}
        elif self.bends("conditions"):
            given |= {"decision": "approve-with-conditions", "reason": "The risk can be met."}
            given["conditions"] = "No shared sign-in."
        checked = ["duplicate", "brand", "naming", "capacity"]
        pace = self.chance.choice([(1, 2), (1, 4), (3, 6)])
        self.teller.step(
            "DecideRequest", self.decides, pace, **given, checklist=checked, reads_it_advice=True
        )
        return bool(end != "rejected")

    def _is_agreed(self) -> bool:
        """Agree the contract; an approval lapses when nobody goes on after it."""
        teller, pending = self.teller, self.bends("terms")
        platform = self.row["platform"].lower()
        teller.wait(1, 2)
        teller.step(
            "IdentifyContract",
            OFFICER,
            (0, 0),
            platform=self.row["platform"],
            kind="terms-of-service",
            version_date={"ago": teller.ago + 90 if teller.ago > 0 else 90},
            source_url=f"https://{platform}.example/terms",
            stored_copy={"name": f"{platform}-terms.txt", "text": f"Terms of {platform}.\n"},
            indemnity="limited",
            governing_law="California",
            paid=False,
            legal_review="pending" if pending else "not-needed",
        )
        if self.row["end"] == "lapsed":
            return False
        if pending:
            text = "The limits of liability are acceptable for a page without sales."
            done = {"legal_review": "done", "contract_concerns": "acceptable"}
            teller.step("ReviewTerms", ATTORNEY, (2, 5), **done, advice_text=text)
        teller.step("AuthorizeContract", DIRECTOR, (0, 2), decision="authorize")
        teller.wait(0, 2)
        accepted = {"accepted_at": {**teller.day, "at": teller.at}}
        sure = {"version_matches": True, "on_behalf_of_city": True}
        teller.step("AcceptContract", OFFICER, (0, 0), **accepted, **sure)
        return True

    def _prepare(self) -> None:
        row, teller = self.row, self.teller
        platform = row["platform"].lower()
        teller.step(
            "CreateAccount",
            OFFICER,
            (0, 2),
            url=f"https://{platform}.example/{row['handle']}",
            handle=row["handle"],
            account_email=f"{row['handle']}@northwater.example",
            primary_admin=self.unit["runs"],
            backup_admin=OFFICER,
            two_administrators=True,
            mfa_type="app",
            mfa_on=True,
            vault_ref=f"vault:social/{row['handle']}",
            recovery_contact="social.media@northwater.example",
        )
        self._train()
        self._keep()
        teller.step(
            "MeetStandards",
            self.forwards,
            (0, 1),
            official_mark=True,
            link_to_city_site=True,
            comment_policy="posted",
            records_notice=True,
            accessibility=True,
        )

    def _train(self) -> None:
        teller = self.teller
        if self.bends("training"):
            missing = {
                "outcome": "missing",
                "who_is_missing": "The security course is out of date.",
            }
            teller.step("CheckTraining", REVIEWER, (0, 2), **missing)
            teller.step("ArrangeTraining", self.forwards, (4, 8), done_on=teller.day)
        teller.step("CheckTraining", REVIEWER, (0, 1), outcome="current")

    def _keep(self) -> None:
        teller = self.teller
        tried = [False, True] if self.bends("archive") else [True]
        for works in tried:
            teller.step("SetUpRetention", RECORDS, (1, 3), **self._retention())
            teller.wait(0, 1)
            result: Answers = {
                "outcome": "passed",
                "first_capture_at": {**teller.day, "at": teller.at},
                "test_evidence": "Five posts and their comments found.",
            }
            if not works:
                result = {"outcome": "failed", "reason": "The tool does not see comments."}
            teller.step("TestArchive", RECORDS, (0, 0), **result)

    def _retention(self) -> Answers:
        return {
            "strategy": "full-archive-tool",
            "series": [
                {
                    "code": "ADM-110",
                    "title": "Correspondence, General",
                    "period": "3 years",
                    "trigger": "creation",
                    "schedule_version": "2026",
                }
            ],
            "captures": ["posts", "comments", "metadata"],
            "tool": "Pinecrest Archive",
            "connection_status": "connected",
            "custodian": RECORDS,
            "public_notice": "What is posted here is kept as a record of the City.",
        }

    def _launch(self) -> None:
        teller = self.teller
        met = "met" if self.bends("conditions") else "none"
        teller.step("ConfirmReadiness", OFFICER, (0, 2), decision="ready", conditions_met=met)
        # The check comes due when the site has been live for 30 days.
        wait = (23, 25)
        if self.bends("mended"):
            found = "Two films have no captions."
            teller.step("CheckAfterLaunch", REVIEWER, wait, as_approved="no", findings=found)
            teller.step("MendFindings", self.forwards, (2, 6), done="Captions are added.")
            wait = (1, 3)
        teller.wait(*wait)
        # A year after the launch, in days from today: a business day is 1.45 days of the calendar.
        review = max(365 - round(1.45 * teller.ago), 20)
        teller.step(
            "CheckAfterLaunch",
            REVIEWER,
            (0, 0),
            as_approved="yes",
            archive_capturing=True,
            administrators_active=True,
            next_review_date=review,
        )
