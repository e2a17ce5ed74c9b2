"""Bringing in a ledger from a file.

Left to right: a file becomes numbered rows of cells (`tabular`), cells become values (`amounts`, `dates`, `cells`)
by the conventions found in the whole file (`reading`), values become rows of the plain layout (`layouts`, or
`profiles` for another program's export), and one writer books them (`importing`).
"""
