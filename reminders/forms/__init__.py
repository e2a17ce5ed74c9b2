"""Forms check input and nothing else: what they accept is written by `reminders.outbox` and `reminders.calling`."""
