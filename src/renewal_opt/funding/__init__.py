"""Money projected out of the portfolio: which portfolios can be funded, as rows on starts alone (design.md 5).

`tables` writes every money rule of a problem as sparse arrays, `classes` adds up projects that fare alike,
`oracle` asks by linear programme whether a portfolio can be funded and, if not, at which prices, `rows` turns
prices into a row that every fundable portfolio satisfies.
"""
