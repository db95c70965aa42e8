"""What a changed diagram would have meant for the cases of the past, had everyone answered the same.

Each case is played on the changed diagram with the answers, messages and deadlines on its record. It
is no prediction: people who are asked other things answer other things.
"""

from workflows.replaying.past import Impact, Met, impact
from workflows.replaying.player import Meets, Past, Recorded, Replayed, replay

__all__ = ["Impact", "Meets", "Met", "Past", "Recorded", "Replayed", "impact", "replay"]
