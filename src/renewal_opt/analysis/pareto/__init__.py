"""Trade-offs of a scenario: objectives by name, the nondominated plans, and what is proven of them."""
