# make          builds the program
# make run      runs it with the sample municipality
# make test     installs what the tests need and runs everything
# make mutants  breaks the program on purpose and sees that the tests notice
# make faults   kills, freezes and cuts off the program for an hour
# make bench    measures, each figure with its raw limit from the same run

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

BIN := $(CURDIR)/.tools
STATICCHECK := $(BIN)/staticcheck
STATICCHECK_VERSION := v0.8.2

# The packages of the system that tests need: a browser, a PostgreSQL server that
# the tests start for themselves on a port of their own, and the reader of
# photographs.
PACKAGES := chromium postgresql fonts-noto-cjk tesseract-ocr tesseract-ocr-jpn fonts-lohit-deva

.PHONY: build run test check race dialogs needs bench mutants faults

build:
	go build -trimpath -o madoguchi ./cmd/madoguchi

run:
	go run ./cmd/madoguchi

test: needs check race dialogs

check: $(STATICCHECK)
	test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -d $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go vet -tags faults ./cmd/...
	$(STATICCHECK) ./...

# Both databases and every page in the browser: what is missing is a failure
# here. A plain "go test ./..." takes SQLite and a part of the pages. The
# longest packages are named first so that nothing waits for them at the end.
#
# The race detector watches all but SQLite itself, which is C written out as Go: it
# took half of the time. A package with generic code must not be left out so: the
# linker may take its unwatched copy for everybody.
UNWATCHED := -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0' -gcflags='modernc.org/libc/...=-d=checkptr=0'

# What goes its way on one goroutine gives the race detector nothing to find and
# takes eight times as long under it: all dialogs, every procedure in every
# language, the phrases that measure understanding, the check of やさしい日本語.
ALONE := ^(TestDialogs|TestWaysInEveryLanguage|TestPhrases[A-Za-z]*|TestMattersOfOthers|TestQuestionsFindAnswers|TestCatalogsAreEasy)$$

race:
	MADOGUCHI_REQUIRE_POSTGRES=1 MADOGUCHI_REQUIRE_CHROMIUM=1 MADOGUCHI_REQUIRE_TESSERACT=1 MADOGUCHI_FAULT_ROUNDS=1 \
		go test -race $(UNWATCHED) -skip '$(ALONE)' -timeout 30m ./cmd/... ./...

dialogs:
	go run ./cmd/madoguchi flow check
	go test -run '$(ALONE)' ./cmd/madoguchi ./bot ./bot/understand ./i18n/easy

needs:
	@command -v chromium >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && \
		tesseract --list-langs 2>/dev/null | grep -qx jpn || $(MAKE) --no-print-directory install

.PHONY: install
install:
	@if command -v apt-get >/dev/null; then \
		sudo=""; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
		echo "installing $(PACKAGES)"; \
		$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $(PACKAGES) >/dev/null; \
	else \
		echo "the tests need: $(PACKAGES) (install them with your package manager)"; exit 1; \
	fi

$(STATICCHECK):
	GOBIN=$(BIN) go install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)

bench:
	MADOGUCHI_REQUIRE_POSTGRES=1 go test -run '^$$' -bench . -benchtime 2s ./bot ./flows ./i18n/... ./store/... ./channels/... ./cmd/madoguchi

# The fault tests for longer: about three minutes a round.
faults:
	MADOGUCHI_REQUIRE_POSTGRES=1 MADOGUCHI_FAULT_ROUNDS=20 go test -count=1 -timeout 3h -v ./cmd/madoguchi/faulttest

# Breaks the program in the ways listed in cmd/madoguchi/testdata/mutants, one
# at a time, and shows that the test named there fails.
mutants:
	MADOGUCHI_MUTANTS=1 go test -v -timeout 60m -run '^TestMutants$$' ./cmd/madoguchi
