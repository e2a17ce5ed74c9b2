"""Forms check input and nothing else: what they accept is written by `customers.editing` and `customers.desk`."""
