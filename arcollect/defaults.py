"""Every threshold of domain.md 11 in one place; a business stores only what it changed."""

import copy
from collections.abc import Mapping
from typing import Any

DEFAULTS: dict[str, Any] = {
    "courtesy_min_days_after_issue": 2,
    "courtesy_short_min_terms": 5,
    "courtesy_open_days_before": 7,
    "courtesy_late_min_days": 3,
    "merge_courtesy_bd": 5,
    "decide_after_90_days": 14,
    "satisfaction_within_days": 5,
    "max_new_call_tasks_per_day": 10,
    "call_attempts_before_no_contact": 3,
    "confirm_calls": True,
    "unapplied_wait_bd": 2,
    "unapplied_wait_from": "1.00",
    "part_payment_pause_ratio": "0.50",
    "part_payment_pause_days": 7,
    "contact_reverify_days": 180,
    "automatic_needs_verified": False,
    "stale_money_bd": 3,
    "stale_money_stops_automatic": False,
    "notice_gap_days": 7,
    "entry_hold_days": 30,
    "morning_hour": 6,
    "sending_window": ["08:00", "21:00"],
    "weekend": [5, 6],
    "closing_days": [],
    "promise": {
        "grace_bd": 2,
        "tolerance_abs": "1.00",
        "tolerance_pct": "0.01",
        "max_horizon_days": 30,
        "max_rollovers": 2,
        "broken_limit": 2,
        "broken_window_days": 90,
        "kept_pause_bd": 3,
    },
    "dispute": {
        "first_answer_bd": 1,
        "resolved_call_bd": 1,
        "pay_after_resolution_days": 7,
        "shift_clock_if_upheld": True,
    },
    "plan": {
        "max_months": 6,
        "max_instalments": 12,
        "first_pct": "0.20",
        "first_within_days": 7,
        "min_instalment": "50.00",
        "min_total": "200.00",
        "remainder": "LAST",
        "grace_bd": 5,
        "tolerance": "1.00",
        "cure_days": 7,
        "missed_to_default": 2,
        "max_reschedules": 1,
        "cooldown_months_after_default": 6,
        "offer_accept_days": 7,
        "offer_once_per_days": 90,
        "uk_individual": {"max_instalments": 12, "max_months": 12, "charges": False},
        "us_consumer": {"max_instalments": 4, "charges": False},
    },
    "settlement": {"from_step": "90", "bookkeeper_max_pct": "0", "owner_only": True},
    "ageing": {"basis": "DUE", "edges": [0, 30, 60, 90], "credits": "SEPARATE"},
    "ledger_ratio_target": "1.0",
    "glide_weeks": 12,
    "forecast_p": {"current": ".97", "1-30": ".90", "31-60": ".70", "61-90": ".40", "90+": ".20"},
    "kept_prior": ["3.5", 5],
    "contact": {
        "hard": ["08:00", "21:00"],
        "soft": ["09:00", "17:00"],
        "weekdays_only": True,
        "attempts_per_day": 1,
        "attempts_per_7d": 3,
        "conversations_per_7d": 1,
        "contacts_per_7d": 3,
        "contacts_per_30d": 10,
        "legal_ceiling_attempts_per_7d": 7,
        "enforce": {"individual": "block", "company": "warn"},
    },
    "compliance": "",
    "final_notice_days": {"company": 14, "individual_or_sole_trader": 30},
    "statutory_interest": "OFF",
    "interest_contracts_silent": False,
    "hold": {"dpd": 60, "dpd_stretcher": 30, "over_limit_pct": "1.10"},
    "limit_buffer_days": 15,
    "limit_round_to": 50,
    "segment_window_months": 12,
    "cusum": {
        "k": "0.5",
        "h": "4",
        "sigma_floor_days": 3,
        "min_baseline": 6,
        "max_baseline": 12,
        "recent": 3,
    },
    "uk_rate_mode": "FIXED",
    "retention_years": 7,
}


def merged(overrides: Mapping[str, Any], base: Mapping[str, Any] = DEFAULTS) -> dict[str, Any]:
    """`base` with `overrides` laid over it, dictionaries key by key, everything else as a whole."""
    result = copy.deepcopy(dict(base))
    for key, value in overrides.items():
        nested = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(value, result[key]) if nested else value
    return result
