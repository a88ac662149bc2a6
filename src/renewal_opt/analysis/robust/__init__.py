"""Robust portfolios: nondominated under incomplete information (Liesiö, Mild, Salo), protected against overrun (Bertsimas, Sim)."""
