"""The look of the house: form markup, template tags, the style guide and the error pages. Imports nothing of ours."""
