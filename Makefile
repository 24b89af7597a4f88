demo test check fix bench:
	python3 dev.py $@
.PHONY: demo test check fix bench
