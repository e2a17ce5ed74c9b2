"""Forms check input and nothing else: what they accept is written by `invoices.booking`, `agreeing` and `editing`."""
