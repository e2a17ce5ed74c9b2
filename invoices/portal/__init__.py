"""The customer's link: who gets in by it, how far, and what the pages behind it may show and do (domain.md 6.8)."""
