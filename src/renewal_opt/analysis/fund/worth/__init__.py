"""Worth of money: what one more 亿元 brings, one module a part."""
