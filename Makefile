# Everything a contributor runs. `make demo` and `make test` install what they
# need (as root on Debian; elsewhere they say what to install).

export CGO_ENABLED = 0

# hack/go prints the path of a Go that is new enough, fetching one if need be.
# It goes first in PATH, so that the programs that are run find the same one.
GO = PATH="$$(dirname "$$(hack/go)"):$$PATH" go

# Where the stand-ins for official base images lie.
SCHLANK_BASES ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/schlank/bases
export SCHLANK_BASES

CROSS = $(GO) build -trimpath -ldflags='-s -w'

.PHONY: help build cross demo test bases bench lint clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 10

build: ## build bin/schlank
	@hack/setup go
	$(GO) build -trimpath -ldflags='-s -w' -o bin/schlank ./cmd/schlank

cross: ## build for Linux, macOS and Windows into bin/cross
	@hack/setup go
	set -e; for arch in amd64 arm64; do \
	  GOOS=linux GOARCH=$$arch $(CROSS) -o bin/cross/schlank-linux-$$arch ./cmd/schlank; done
	set -e; for arch in amd64 arm64; do for os in darwin windows; do \
	  dir=bin/cross/$$os-$$arch; ext=; [ $$os = darwin ] || ext=.exe; \
	  GOOS=$$os GOARCH=$$arch $(CROSS) -o $$dir/schlank$$ext ./cmd/schlank; \
	  cp bin/cross/schlank-linux-* $$dir/; done; done

bases: ## make the stand-ins for official base images (see hack/bases/README.md)
	@hack/setup go engine bases
	$(GO) run ./hack/bases

demo: build ## optimise examples/django: fat image in, slim image out, proven
	@hack/setup engine bases
	$(GO) run ./hack/bases --only python:3.11,python:3.11-slim
	bin/schlank optimize --dry-run $(DEMO_FLAGS) examples/django

test: ## run all tests
	@hack/setup go engine bases tests
	$(GO) run ./hack/bases
	@out=$$("$$(dirname "$$(hack/go)")/gofmt" -l $$(git ls-files '*.go')); \
	  if [ -n "$$out" ]; then echo "not gofmt'ed: $$out"; exit 1; fi
	$(GO) vet ./...
	SCHLANK_REQUIRE_ENGINE=$${SCHLANK_REQUIRE_ENGINE:-$$(hack/setup --can-run-engine)} $(GO) test -timeout 30m ./...

bench: ## run the benchmarks, and compare with other programs (hack/bench)
	@hack/setup go
	$(GO) test -run '^$$' -bench . -benchtime 3x ./...
	$(GO) run ./hack/bench $(BENCH_FLAGS)
	$(GO) run ./hack/benchlint

lint: ## run the linters of .golangci.yml
	@command -v golangci-lint >/dev/null || { echo "install golangci-lint 2: see its manual"; exit 1; }
	golangci-lint run

clean: ## remove what the build made
	rm -rf bin
