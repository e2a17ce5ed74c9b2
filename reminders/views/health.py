"""The answer to "are you well?" for whatever watches the machine."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from reminders.heartbeat import pulse


def health(request: HttpRequest) -> JsonResponse:
    """200 while the database answers and the jobs beat, 503 while they do not; names nothing and nobody."""
    jobs = pulse(timezone.now())
    beat_at = jobs.beat_at.isoformat() if jobs.beat_at else None
    return JsonResponse({"ok": jobs.alive, "jobs_beat_at": beat_at}, status=200 if jobs.alive else 503)
