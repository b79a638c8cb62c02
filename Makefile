# Everything runs on a machine with Go alone. Tools are Go tools, pinned in modules of their own under tools/.

GO         ?= go
BUF        := $(GO) tool -modfile=tools/buf/go.mod buf
STATICCHECK := $(GO) tool -modfile=tools/staticcheck/go.mod staticcheck
# Published data that some tests measure against; they skip, saying so, where it is absent.
export VIGNETTE_TESTDATA ?= $(abspath ../shared/data)

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show what there is.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build ./vignette.
	$(GO) build -o vignette ./cmd/vignette

.PHONY: test
test: ## Run all tests (vet is a part of lint).
	$(GO) test -vet=off -timeout 20m ./...

.PHONY: race
race: ## Run the tests of what runs at once, without the longest, with the race detector.
	$(GO) test -race -short -timeout 30m ./broker/... ./engine/... ./models/... ./node/... ./agents ./agents/llm ./evaluators ./evaluators/judge ./studies/... ./web/... ./internal/scripted

.PHONY: faults
faults: ## Kill processes and servers, fill a disk, spoil the network in the middle of runs, and see that nothing is lost (VIGNETTE_KILLS=30).
	VIGNETTE_KILLS=$(or $(VIGNETTE_KILLS),30) $(GO) test -count=1 -timeout 60m -run '^(TestKills|TestClusterFaults)$$' -v ./cmd/vignette

.PHONY: bench
bench: ## Run the benchmarks.
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: dear-man
dear-man: ## Train the models of dear-man again, from evaluators/dearman/corpus and its labels (half a minute).
	$(GO) test -count=1 -timeout 60m -run '^TestTrain$$' ./evaluators/dearman -train

.PHONY: proto
proto: .cache/protovalidate ## Generate Go from the contracts.
	$(BUF) format -w proto
	$(BUF) generate

.PHONY: web
web: ## Build the scripts and the style of the pages into web/built.
	GO=$(GO) web/build

.PHONY: weights
weights: ## Train the weights of evaluators again on the corpora beside them.
	$(GO) test -count=1 -run 'WeightsAreThoseOfTheCorpus|OtherFiles|LeftOut' -v -fit ./evaluators/mi

.PHONY: lint
lint: .cache/protovalidate ## Check contracts, formatting and code.
	$(BUF) lint
	$(BUF) breaking proto --against proto/contracts.binpb
	$(BUF) format --diff --exit-code proto
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt wants to change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(STATICCHECK) ./...

.PHONY: image
image: .cache/protovalidate ## Make the contracts of today the ones that may not be broken.
	$(BUF) build proto --exclude-source-info -o proto/contracts.binpb

.PHONY: fresh
fresh: proto ## Check that generated code and go.mod are what they would be made anew.
	$(GO) mod tidy -diff
	git diff --exit-code --stat -- proto
	GO=$(GO) web/build --check

# buf wants protovalidate's .proto as source; it is printed from the Go module.
.cache/protovalidate: tools/protogen/go.mod tools/protogen/validateproto/main.go
	cd tools/protogen && $(GO) run ./validateproto ../../.cache/protovalidate
	@touch $@
