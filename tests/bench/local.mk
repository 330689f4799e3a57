# SPDX-License-Identifier: GPL-3.0-or-later
# tests/bench/local.mk - figures, never a verdict.

EXTRA_DIST += tests/bench/bench.sh

.PHONY: bench
bench: all
	@top_srcdir='$(top_srcdir)' top_builddir='$(top_builddir)' \
	  $(SHELL) $(srcdir)/tests/bench/bench.sh
