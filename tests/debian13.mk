# SPDX-License-Identifier: GPL-3.0-or-later
# tests/debian13.mk - `make check` with the next Debian's libraries and gpg.

.PHONY: check-debian13
EXTRA_DIST += tests/debian13.sh

# A machine where it cannot be done says so, and nothing worse.
check-debian13:
	@MAKEFLAGS= $(SHELL) $(srcdir)/tests/debian13.sh '$(abs_top_srcdir)' \
	  '$(abs_top_builddir)' || test $$? = 77

mostlyclean-local:
	rm -rf debian13-results
