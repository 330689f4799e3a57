# SPDX-License-Identifier: GPL-3.0-or-later
# tests/tools/local.mk - release tools that sign with a key in the KMS.

# Not for `make check`: the tools come from elsewhere, mvn even from the
# network.  tools="git rpmsign" names those to run.
.PHONY: check-tools tools-doc

check-tools: all
	@$(AM_TESTS_ENVIRONMENT) \
	  $(SHELL) $(srcdir)/tests/tools/check-tools.sh $(tools)

# Measure with the gpg that is here, and write the document anew.
tools-doc: all
	@$(AM_TESTS_ENVIRONMENT) \
	  run='$(SHELL) $(srcdir)/tests/tools/check-tools.sh'; \
	  $$run --measure && $$run --doc >doc-TOOLS.tmp \
	  && mv doc-TOOLS.tmp $(srcdir)/doc/TOOLS

dist_doc_DATA += doc/TOOLS
CLEANFILES += doc-TOOLS.tmp tests/tools/*.log
EXTRA_DIST += \
  tests/tools/check-tools.sh \
  tests/tools/debian.sh \
  tests/tools/gpg-2.2.40.table \
  tests/tools/gpg-2.4.7.table \
  tests/tools/lib.sh \
  tests/tools/package-index.py \
  tests/tools/packages \
  tests/tools/sign-gpgme.py \
  tests/tools/sign-python-gnupg.py \
  tests/tools/t-apt-ftparchive.sh \
  tests/tools/t-aptly.sh \
  tests/tools/t-createrepo_c.sh \
  tests/tools/t-debsign.sh \
  tests/tools/t-debsigs.sh \
  tests/tools/t-dpkg-buildpackage.sh \
  tests/tools/t-git.sh \
  tests/tools/t-gpgme.sh \
  tests/tools/t-maven-gpg-plugin.sh \
  tests/tools/t-ostree.sh \
  tests/tools/t-python-gnupg.sh \
  tests/tools/t-release-script.sh \
  tests/tools/t-repo-add.sh \
  tests/tools/t-reprepro.sh \
  tests/tools/t-rpmsign.sh \
  tests/tools/t-twine.sh
