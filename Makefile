# Built with GNU make. `make help` lists what can be asked for.

LUA         ?= lua5.4
LUAJIT      ?= luajit
PREFIX      ?= /usr/local
SECONDS     ?= 60
CFLAGS      ?= -O2 -g
BUILD       ?= build
PKG_CONFIG  ?= pkg-config

LUA54_CFLAGS  ?= $(shell $(PKG_CONFIG) --cflags lua5.4)
LUA54_LIBS    ?= $(shell $(PKG_CONFIG) --libs lua5.4)
LUAJIT_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags luajit)
LIB_CFLAGS    ?= $(shell $(PKG_CONFIG) --cflags libcurl libcrypto)
LIBS          ?= $(shell $(PKG_CONFIG) --libs libcurl libcrypto)
CMOCKA_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags cmocka)
CMOCKA_LIBS   ?= $(shell $(PKG_CONFIG) --libs cmocka)

# What the project needs stands apart from what the user sets, so that neither loses the other.
warnings   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings
gl_cppflags = -Icsrc -D_POSIX_C_SOURCE=200809L $(LIB_CFLAGS)
gl_cflags   = -std=c11 -fPIC -fvisibility=hidden -pthread $(warnings)
compile     = $(CC) $(gl_cppflags) $(CPPFLAGS) $(gl_cflags) $(CFLAGS) -MMD -MP
link        = $(CC) -pthread $(CFLAGS) $(LDFLAGS)
say         = $(if $(V),,@echo '  $1 $@';)
ifeq ($(shell uname -s),Darwin)
shared := -bundle -undefined dynamic_lookup
else
shared := -shared
endif

core    := $(patsubst csrc/%.c,$(BUILD)/obj/%.o,$(sort $(wildcard csrc/core/*.c csrc/core/*/*.c)))
binding := $(patsubst csrc/binding/%.c,%.o,$(sort $(wildcard csrc/binding/*.c)))
lua54   := $(addprefix $(BUILD)/obj/lua54/,$(binding))
luajit  := $(addprefix $(BUILD)/obj/luajit/,$(binding))

ctests  := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard spec/c/*_test.c spec/c/oom_*.c)))
ooms    := $(filter $(BUILD)/spec/c/oom_%,$(ctests))
units   := $(filter-out $(ooms),$(ctests))
hosts   := $(filter %/threads_test %/fork_test,$(ctests))# make Lua states of their own
benches := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard spec/bench/*.c)))
fuzzers := $(patsubst spec/fuzz/%_fuzz.c,$(BUILD)/spec/fuzz/%,$(sort $(wildcard spec/fuzz/*_fuzz.c)))

have_luajit := $(if $(filter undefined file,$(origin LUAJIT_CFLAGS)),$(shell \
                 $(PKG_CONFIG) --exists luajit 2>/dev/null && echo yes),yes)

.PHONY: all lua54 luajit for-lua benches fuzzers tests clean help
.PHONY: demo test lint sanitize valgrind fuzz bench install uninstall

all: lua54 $(if $(have_luajit),luajit)
	$(if $(have_luajit),,@echo "LuaJIT's headers are not here: built for Lua 5.4 only.")

lua54: $(BUILD)/glacier/core.so
luajit: $(BUILD)/luajit/glacier/core.so
benches: all $(benches)
	@:
fuzzers: $(fuzzers)
	@:
tests: benches $(ctests) $(fuzzers)
	@:

$(BUILD)/glacier/core.so: $(core) $(lua54)
$(BUILD)/luajit/glacier/core.so: $(core) $(luajit)
$(BUILD)/glacier/core.so $(BUILD)/luajit/glacier/core.so:
	@mkdir -p $(@D)
	$(call say,LINK)$(link) $(shared) -o $@ $^ $(LIBS)

$(BUILD)/obj/core/%.o: csrc/core/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) -c -o $@ $<
$(BUILD)/obj/lua54/%.o: csrc/binding/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) $(LUA54_CFLAGS) -c -o $@ $<
$(BUILD)/obj/luajit/%.o: csrc/binding/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) $(LUAJIT_CFLAGS) -c -o $@ $<
$(BUILD)/obj/spec/%.o: spec/c/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) $(CMOCKA_CFLAGS) $(LUA54_CFLAGS) -Ispec/c -c -o $@ $<

# A program of its own for each file; an oom_* one gets an allocator that can be made to fail.
$(units): $(BUILD)/spec/c/%: $(BUILD)/obj/spec/%.o $(core)
$(ooms): $(BUILD)/spec/c/%: $(BUILD)/obj/spec/%.o $(BUILD)/obj/spec/mem_failing.o \
                            $(filter-out %/mem.o,$(core)) $(lua54)
$(ooms) $(hosts): libs_lua = $(LUA54_LIBS)
$(hosts): $(lua54)
$(ctests):
	@mkdir -p $(@D)
	$(call say,LINK)$(link) -o $@ $^ $(CMOCKA_LIBS) $(libs_lua) $(LIBS)

$(BUILD)/obj/bench/%.o: spec/bench/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) -c -o $@ $<
$(benches): $(BUILD)/spec/bench/%: $(BUILD)/obj/bench/%.o $(core)
	@mkdir -p $(@D)
	$(call say,LINK)$(link) -o $@ $^ $(LIBS)

# A fuzz target over its corpus. `make fuzz` builds with libFuzzer, whose main takes the place of replay.
fuzz_main := $(BUILD)/obj/fuzz/replay.o
$(BUILD)/obj/fuzz/%.o: spec/fuzz/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) $(LUA54_CFLAGS) -c -o $@ $<
$(fuzzers): $(BUILD)/spec/fuzz/%: $(BUILD)/obj/fuzz/%_fuzz.o $(core) $(lua54) $(fuzz_main)
	@mkdir -p $(@D)
	$(call say,LINK)$(link) -o $@ $^ $(LUA54_LIBS) $(LIBS)

# Builds what can be built and leaves to run-tests to count a failure, in BUILD/built.
tests-noted:
	@mkdir -p $(BUILD)
	@$(MAKE) --no-print-directory -k tests; echo $$? >$(BUILD)/built

# Changes only when the compiler, its flags or the list of files do: then all is built again.
inputs = $(subst ','\'',$(compile) $(LDFLAGS) $(core) $(binding))
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(inputs)' | cmp -s - $@ || echo '$(inputs)' > $@
FORCE:
.SECONDARY:
-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/obj/*/*/*.d)

# --- running ---------------------------------------------------------------------------------
# The parts that need freshly installed packages are asked of a second make, which sees them.

sanitizers = -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
memcheck = valgrind --quiet --leak-check=full --keep-debuginfo=yes --error-exitcode=99
runtime  = BUILD='$(BUILD)' LUA='$(LUA)' LUAJIT='$(LUAJIT)'

demo:
	@spec/tools/deps demo
	@$(MAKE) --no-print-directory for-lua
	@$(runtime) spec/tools/with-glacier $(LUA) spec/examples/demo.lua

test:
	@spec/tools/deps test
	@$(MAKE) --no-print-directory tests-noted
	@$(runtime) ONLY='$(ONLY)' spec/tools/run-tests

sanitize:
	@spec/tools/deps test
	@$(MAKE) --no-print-directory tests-noted BUILD='$(BUILD)/sanitize' CFLAGS='$(sanitizers)'
	@$(runtime) BUILD='$(BUILD)/sanitize' CC='$(CC)' ONLY='$(ONLY)' spec/tools/run-sanitized

valgrind:
	@spec/tools/deps valgrind
	@$(MAKE) --no-print-directory tests-noted
	@$(runtime) ONLY='$(ONLY)' LUAJIT= WRAP='$(memcheck)' spec/tools/run-tests

fuzz:
	@spec/tools/deps fuzz
	@$(MAKE) --no-print-directory fuzzers BUILD='$(BUILD)/fuzz' CC=clang fuzz_main= \
	  CFLAGS='-g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' \
	  LDFLAGS='-fsanitize=fuzzer'
	@BUILD='$(BUILD)/fuzz' SECONDS_EACH='$(SECONDS)' ONLY='$(ONLY)' spec/tools/run-fuzzers

lint:
	@spec/tools/deps lint
	@MAKE='$(MAKE)' LUA='$(LUA)' BUILD='$(BUILD)' spec/tools/lint

bench:
	@spec/tools/deps bench
	@$(MAKE) --no-print-directory benches
	@$(runtime) LARGE='$(LARGE)' spec/bench/run

# --- installing ------------------------------------------------------------------------------

abi      = $(shell $(LUA) -e 'print((_VERSION:match "%d+%.%d+"))' 2>/dev/null)
built    = $(BUILD)/$(if $(filter 5.1,$(abi)),luajit/)glacier/core.so
sharedir = $(DESTDIR)$(PREFIX)/share/lua/$(abi)
libdir   = $(DESTDIR)$(PREFIX)/lib/lua/$(abi)
modules := $(patsubst lua/%,%,$(shell find lua -name '*.lua' 2>/dev/null))

# The build for $(LUA), whichever that is
for-lua:
	@$(MAKE) --no-print-directory $(if $(filter 5.1,$(abi)),luajit,lua54)

# The annotations for editors and the reference, from the model and the docstrings.
doc: $(BUILD)/spec/tools/model_dump
	@$< >$(BUILD)/model.lua
	@$(LUA) spec/tools/make-reference $(BUILD)/model.lua $(or $(DOC),lua/glacier)
$(BUILD)/spec/tools/model_dump: $(BUILD)/obj/tools/model_dump.o $(BUILD)/obj/core/model.o
	@mkdir -p $(@D)
	$(call say,LINK)$(link) -o $@ $^
$(BUILD)/obj/tools/%.o: spec/tools/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) -c -o $@ $<

install:
	@test -n '$(abi)' || { echo "$(LUA) does not run: set LUA to your interpreter" >&2; exit 1; }
	@$(MAKE) --no-print-directory for-lua
	install -d '$(libdir)/glacier' $(patsubst %,'$(sharedir)/%',$(sort $(dir $(modules))))
	install -m 755 $(built) '$(libdir)/glacier/core.so'
	@for m in $(modules); do install -m 644 "lua/$$m" "$(sharedir)/$$m" || exit; done

uninstall:
	rm -rf '$(libdir)/glacier' '$(sharedir)/glacier'

clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

#: Targets
#:   all         build/glacier/core.so for Lua 5.4, build/luajit/glacier/core.so for LuaJIT
#:   demo        a vault's notifications, from setting them to fetching what they announce, against a
#:               local service
#:   test        everything in spec/: C, Lua 5.4, LuaJIT (ONLY=word: the files with it in their name)
#:   lint        format, warnings of gcc and clang, luacheck, who may include what, the rockspec
#:   sanitize    the tests under AddressSanitizer and UndefinedBehaviorSanitizer
#:   fuzz        each fuzz target for SECONDS (60) under libFuzzer and sanitizers
#:   valgrind    the C tests and the Lua 5.4 tests under valgrind
#:   bench       cost of a call next to bare libcurl and bare OpenSSL (LARGE=4096: of an archive of
#:               so many MiB, up and down)
#:   install     into $(DESTDIR)$(PREFIX)/{share,lib}/lua/X.Y, X.Y being what $(LUA) is
#:   uninstall   takes that away again
#:   clean       removes build/
#: `demo`, `test`, `lint`, `valgrind` and `bench` first install what is missing (apt only).
#:
#: Variables
#:   LUA LUAJIT               interpreters (lua5.4, luajit); LUA also chooses what is installed
#:   CC CPPFLAGS CFLAGS LDFLAGS, PREFIX DESTDIR, BUILD, PKG_CONFIG; V=1 shows each command
#:   LUA54_CFLAGS LUA54_LIBS LUAJIT_CFLAGS LIB_CFLAGS LIBS CMOCKA_CFLAGS CMOCKA_LIBS
#:                            else what pkg-config says
