# SPDX-License-Identifier: GPL-3.0-or-later
# tests/lint.mk - lint, and `make check` in other clothes.

.PHONY: lint lint-format lint-cppcheck lint-shell lint-spelling lint-man \
  check-asan check-tsan check-clothes check-valgrind clean-clothes

# A tool that is not there is said to be skipped, and nothing worse.
lint: lint-format lint-cppcheck lint-shell lint-spelling lint-man

lint-format:
	@command -v clang-format >/dev/null \
	  || { echo 'lint: no clang-format, formatting skipped'; exit 0; }; \
	echo 'lint: clang-format'; \
	cd $(srcdir) && find src assuan tests -name '*.[ch]' -print0 \
	  | xargs -0 clang-format --dry-run -Werror

lint-cppcheck:
	@command -v cppcheck >/dev/null \
	  || { echo 'lint: no cppcheck, skipped'; exit 0; }; \
	echo 'lint: cppcheck'; \
	cd $(srcdir) && cppcheck --quiet --error-exitcode=1 --std=c11 \
	  --enable=warning,performance,portability --inline-suppr \
	  -Isrc -I. src assuan tests/emulator

lint-shell:
	@command -v shellcheck >/dev/null \
	  || { echo 'lint: no shellcheck, skipped'; exit 0; }; \
	echo 'lint: shellcheck'; \
	cd $(srcdir) && { find tests -name '*.sh'; \
	  ls quickstart .ci/run 2>/dev/null; } \
	  | xargs shellcheck --external-sources --severity=warning

lint-spelling:
	@command -v codespell >/dev/null \
	  || { echo 'lint: no codespell, spelling skipped'; exit 0; }; \
	echo 'lint: codespell'; \
	cd $(srcdir) && codespell --quiet-level=3 --ignore-words-list=fpr,fo,bu \
	  --skip='*/vectors/*,*/transcripts/*,*/corpus/*' \
	  src assuan tests doc README NEWS quickstart configure.ac

lint-man:
	@command -v groff >/dev/null \
	  || { echo 'lint: no groff, man pages skipped'; exit 0; }; \
	echo 'lint: man pages'; \
	cd $(srcdir) && for page in doc/*.[1-9]; do \
	  test -f "$$page" || continue; \
	  said=$$(groff -man -ww -z -Tutf8 "$$page" 2>&1); \
	  test -z "$$said" || { echo "$$said"; exit 1; }; \
	done

# The whole of `make check` in a build of its own, below this one.  What a
# daemon says that gpg-agent has started would go to /dev/null, so reports
# go to files; one such file is a failure, whatever the tests say.
# Not counted as leaks: values from a configuration file, which
# gpgrt_argparser never frees, and what libgcrypt refers to from its locked
# memory only, which the leak checker does not see (valgrind does).
check-asan:
	@$(MAKE) check-clothes clothes=asan-build \
	  sanitizer=address,undefined
check-tsan:
	@CK_FORK=no $(MAKE) check-clothes clothes=tsan-build sanitizer=thread

check-clothes:
	@mkdir -p $(clothes)
	@cd $(clothes) && { test -f Makefile || $(abs_top_srcdir)/configure \
	  --quiet --enable-sanitizer=$(sanitizer) CC='$(CC)' CFLAGS='-g -O1'; }
	@rm -f $(clothes)/report.*
	@printf 'leak:libgpg-error.so\nleak:libgcrypt.so\n' \
	  >$(clothes)/lsan.supp
	@here=$(abs_top_builddir)/$(clothes); report=$$here/report; \
	ASAN_OPTIONS=log_path=$$report; \
	LSAN_OPTIONS=suppressions=$$here/lsan.supp:print_suppressions=0; \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:log_path=$$report; \
	TSAN_OPTIONS=second_deadlock_stack=1:log_path=$$report; \
	export ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS; \
	(cd $(clothes) && $(MAKE) check); result=$$?; \
	for file in $$report.*; do \
	  test -f "$$file" || continue; \
	  echo "$$file:"; cat "$$file"; result=1; \
	done; \
	exit $$result

clean-local: clean-clothes
clean-clothes:
	rm -rf asan-build tsan-build

# The unit tests only: the scripts run programs that are not ours.
check-valgrind:
	@command -v valgrind >/dev/null \
	  || { echo 'check-valgrind: no valgrind, skipped'; exit 0; }; \
	CK_FORK=no $(MAKE) check TESTS='$(unit_tests)' LOG_COMPILER=valgrind \
	  LOG_FLAGS='-q --error-exitcode=1 --leak-check=full \
	    --show-leak-kinds=definite --errors-for-leak-kinds=definite'
