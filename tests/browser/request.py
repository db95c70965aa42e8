"""A request for a site from its first question to the live site, told as forms by their labels."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config import Config

NAME = "Northwater Street Works"
HANDLE = "northwaterstreetworks"
COPY = {"name": "terms.txt", "mimeType": "text/plain", "buffer": b"The terms of service."}


def today() -> date:
    """The day that it is in the city, which may not be that of whoever runs the tests."""
    return datetime.now(ZoneInfo(Config.time_zone)).date()


def in_days(days: int) -> str:
    """A day as a date control takes it."""
    return (today() + timedelta(days=days)).isoformat()


REQUEST: dict[str, Any] = {
    "Department, board or office that will run the site": "Public Works",
    "What do you ask for?": "Create a new site",
    "Proposed name of the site": NAME,
    "Proposed handle": HANDLE,
    "Platform": "Instagram",
    "Form of presence": "Profile",
    "The site speaks as": "A department",
    "Which goal of the City does the site advance?": "People know why a street is closed.",
    "Purpose of the site": "Pictures of street works with dates and detours.",
    "Audience": "Drivers, riders and walkers",
    "Languages": ["English", "Somali"],
    "Why is an existing channel not enough?": "Works change daily; the newsletter is monthly.",
    "Kinds of content": ["Text", "Photos"],
    "How often will you post?": "Weekly",
    "Are comments allowed?": "Yes",
    "Why allow comments, and who moderates them?": "Questions save calls; Emeka reads them.",
    "Will private messages be on?": "No",
    "Monitoring plan": "Every working day before 10 am.",
    "First administrator and owner of the site": "Emeka Stillwell",
    "Backup administrator": "Lorna Greywater",
    "City e-mail address for the account": "publicworks.social@northwater.example",
    "Wanted from": in_days(40),
    "Accessibility plan": "Alternative text on every picture.",
    "Is the site for a public body?": "No",
    "I have read the social media policy and will follow it": True,
}

FORWARDED: dict[str, Any] = {
    "Decision": "Forward to Communications",
    "The department will manage and monitor the site": True,
}

REVIEWED: dict[str, Any] = {
    "Decision": "The request is complete: ask for advice",
    "Is it a City-Supported site?": "Yes, it speaks as the City or for a part of it",
    "Checked as complete": ["Goal and purpose", "Monitoring plan"],
    "Does a similar site or channel exist?": "None found",
    "Ask the City Clerk for retention advice?": "No",
    "Ask the City Attorney for legal advice?": "No",
}

ADVISED: dict[str, Any] = {
    "Advice": "No concerns",
    "Multi-factor sign-in": "In order",
    "Kind of multi-factor sign-in": "Authenticator app",
    "Risk that remains": "Low",
    "Advice to Communications": "Set up as we recommend it.",
}

APPROVED: dict[str, Any] = {
    "Decision": "Approve",
    "Is it a City-Supported site?": "Yes",
    "Checked": ["No duplicate", "Brand", "Terms of service"],
    "I have read the advice of Information Technology": True,
}

IDENTIFIED: dict[str, Any] = {
    "Platform": "Instagram",
    "Kind of contract": "Terms of service",
    "Version of": in_days(-90),
    "Where the text is published": "https://instagram.example/terms",
    "Copy of the text": COPY,
    "Does the City indemnify the platform?": "No",
    "Legal review": "Not needed: standard terms",
}

AUTHORIZED: dict[str, Any] = {"Decision": "Authorize: Communications accepts the contract"}

ACCEPTED: dict[str, Any] = {
    "Accepted at": f"{in_days(-1)}T10:15",
    "Is the accepted version the one that was reviewed?": "Yes",
    "Accepted on behalf of the City, not as a private person": True,
}

CREATED: dict[str, Any] = {
    "Address of the site": f"https://instagram.example/{HANDLE}",
    "Handle as created": HANDLE,
    "City e-mail address of the account": "publicworks.social@northwater.example",
    "Do both administrators have access?": "Yes",
    "Multi-factor sign-in by": "Authenticator app",
    "Is multi-factor sign-in on for every administrator?": "Yes",
    "Reference of the vault entry": "vault:social/instagram-streets",
    "Recovery contact": "publicworks.social@northwater.example",
}

TRAINED: dict[str, Any] = {"Training of the administrators": "Current for every administrator"}

STANDARDS: dict[str, Any] = {
    "Does the profile show the official mark of the City?": "Yes",
    "Does the profile link to the City's web site?": "Yes",
    "Comment policy": "Posted",
    "Is the public record notice posted?": "Yes",
    "Are the profile and the first posts accessible?": "Yes",
}

RETAINED: dict[str, Any] = {
    "Retention strategy": "Full archive by a tool",
    "Code": "COR-03",
    "Title": "Correspondence, General",
    "Period": "3 years",
    "Counted from": "Creation",
    "What is captured": ["Posts", "Comments"],
    "Archive tool": "Archive tool of the City",
    "Connection": "Connected",
    "Custodian": "Paolo Bristlecone",
    "Public record notice": "What you post here may be a public record.",
}

TESTED: dict[str, Any] = {
    "Result of the test": "Passed",
    "First capture at": f"{in_days(-1)}T16:40",
    "Evidence of the test": "A post, its change and a comment arrived in the archive.",
}

READY: dict[str, Any] = {
    "Decision": "Ready to launch",
    "Conditions of the approval": "There are none",
    "Checked": ["Contract accepted", "Retention set up", "Archive tested"],
}

# Who does what after the request has been sent: the task, the person, the answers, and whom the
# case waits for when it is done.
STEPS: list[tuple[str, str, dict[str, Any], str]] = [
    ("Forward the request", "Lorna Greywater", FORWARDED, "Communications"),
    ("Review the request", "Marit Solvang-Pike", REVIEWED, "Information Technology"),
    ("Advise on security", "Ravindra Coldspring", ADVISED, "Communications"),
    ("Decide on the request", "Odalys Fernbrook", APPROVED, "Communications"),
    ("Identify the contract", "Tobin Ashgrove", IDENTIFIED, "Communications"),
    ("Authorize the contract", "Odalys Fernbrook", AUTHORIZED, "Communications"),
    ("Accept the contract", "Tobin Ashgrove", ACCEPTED, "Communications"),
    ("Create the account", "Tobin Ashgrove", CREATED, "City Clerk"),
    ("Check the training", "Marit Solvang-Pike", TRAINED, "City Clerk"),
    ("Meet the standards", "Lorna Greywater", STANDARDS, "City Clerk"),
    ("Set up retention", "Paolo Bristlecone", RETAINED, "City Clerk"),
    ("Test the archive", "Paolo Bristlecone", TESTED, "Communications"),
    ("Confirm readiness", "Odalys Fernbrook", READY, ""),
]
