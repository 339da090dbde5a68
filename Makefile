# Needs GNU make. `make help` lists the targets.

LUA         ?= lua5.4
LUAJIT      ?= luajit
PREFIX      ?= /usr/local
SECONDS     ?= 60
CFLAGS      ?= -O2 -g
BUILD       ?= build
PKG_CONFIG  ?= pkg-config

# pkg_config OPTION NAMES...: what pkg-config prints for the first of these packages that is installed
pkg_config = $(shell for name in $(2); do \
               $(PKG_CONFIG) --exists $$name 2>/dev/null && exec $(PKG_CONFIG) $(1) $$name; done)
LUA51_CFLAGS  ?= $(call pkg_config,--cflags,lua5.1 lua-5.1 lua51)
LUA52_CFLAGS  ?= $(call pkg_config,--cflags,lua5.2 lua-5.2 lua52)
LUA53_CFLAGS  ?= $(call pkg_config,--cflags,lua5.3 lua-5.3 lua53)
LUA54_CFLAGS  ?= $(call pkg_config,--cflags,lua5.4 lua-5.4 lua54)
LUA54_LIBS    ?= $(call pkg_config,--libs,lua5.4 lua-5.4 lua54)
LUA55_CFLAGS  ?= $(call pkg_config,--cflags,lua5.5 lua-5.5 lua55)
LUAJIT_CFLAGS ?= $(call pkg_config,--cflags,luajit)
LIB_CFLAGS    ?= $(shell $(PKG_CONFIG) --cflags libcurl libcrypto)
CURL_LIBS     ?= $(shell $(PKG_CONFIG) --libs libcurl)
CRYPTO_LIBS   ?= $(shell $(PKG_CONFIG) --libs libcrypto)
CMOCKA_CFLAGS ?= $(call pkg_config,--cflags,cmocka)
CMOCKA_LIBS   ?= $(shell $(PKG_CONFIG) --libs cmocka)

# The project's own flags have variables of their own, so that a user's CFLAGS do not replace them.
warnings   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings
gl_cppflags = -Icsrc -D_POSIX_C_SOURCE=200809L $(LIB_CFLAGS)
gl_cflags   = -std=c11 -fPIC -fvisibility=hidden -pthread $(warnings)
compile     = $(CC) $(gl_cppflags) $(CPPFLAGS) $(gl_cflags) $(CFLAGS) -MMD -MP
link        = $(CC) -pthread $(CFLAGS) $(LDFLAGS)
say         = $(if $(V),,@echo '  $1 $@';)
ifeq ($(shell uname -s),Darwin)
gl_cppflags += -D_DARWIN_C_SOURCE# POSIX alone hides dladdr there
shared := -bundle -undefined dynamic_lookup
else
gl_cflags += -fno-plt# calls of library functions need no stubs, so a call of an operation touches fewer cache lines
shared := -shared
endif

core    := $(patsubst csrc/%.c,$(BUILD)/obj/%.o,$(sort $(wildcard csrc/core/*.c csrc/core/*/*.c)))
binding := $(patsubst csrc/binding/%.c,%.o,$(sort $(wildcard csrc/binding/*.c)))

# There are two modules: glacier.curl contains libcurl, and glacier.core contains the rest. Some rooms are in both.
libcurl_rooms := libcurl handle drive pool transfer setup options body receive result sigpipe
core_of_curl := $(addprefix $(BUILD)/obj/core/,$(addsuffix .o,body_input buf error header mem process request \
                 response utf8 \
                 transport/events transport/events_epoll transport/events_kqueue transport/events_poll \
                 transport/timers $(addprefix transport/,$(libcurl_rooms))))
core_of_core := $(filter-out $(patsubst %,$(BUILD)/obj/core/transport/%.o,$(libcurl_rooms)),$(core))
binding_of_curl := body_input.o box.o compat.o curl_classes.o curl_module.o error_object.o events.o option.o \
                   stay_loaded.o transfer.o
binding_of_core := $(filter-out curl_classes.o curl_module.o transfer.o,$(binding))

# One build for each Lua. The modules for Lua 5.4 are in $(BUILD), any others in $(BUILD)/NAME.
luas    := lua5.1 lua5.2 lua5.3 lua5.4 lua5.5 luajit
modules_of = $(addprefix $(BUILD)/$(if $(filter lua5.4,$(1)),,$(1)/)glacier/,core.so curl.so)
objects  = $(addprefix $(BUILD)/obj/$(1)/,$(2))
name    := $(shell spec/tools/lua-name $(LUA) 2>/dev/null)# the build for $(LUA)
main    := $(or $(filter $(luas),$(name)),lua5.4)
embedded := $(call objects,lua5.4,$(filter-out curl_classes.o,$(binding)))# for the C tests that contain a Lua

ctests  := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard spec/c/*_test.c spec/c/oom_*.c)))
ooms    := $(filter $(BUILD)/spec/c/oom_%,$(ctests))
units   := $(filter-out $(ooms),$(ctests))
hosts   := $(filter %/threads_test %/fork_test,$(ctests))# make Lua states of their own
benches := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard spec/bench/*.c)))
fuzzers := $(patsubst spec/fuzz/%_fuzz.c,$(BUILD)/spec/fuzz/%,$(sort $(wildcard spec/fuzz/*_fuzz.c)))

have_luajit := $(if $(filter undefined file,$(origin LUAJIT_CFLAGS)),$(shell \
                 $(PKG_CONFIG) --exists luajit 2>/dev/null && echo yes),yes)

.PHONY: all $(luas) for-lua benches fuzzers tests clean help
.PHONY: demo test lint sanitize valgrind fuzz bench doc install uninstall FORCE

all: $(main) $(if $(have_luajit),luajit)
	$(if $(have_luajit),,@echo "LuaJIT's headers are not installed: built without it.")

benches: all $(benches)
	@:
fuzzers: $(fuzzers)
	@:
tests: benches $(ctests) $(fuzzers)
	@:

# build NAME: the rules for a module
define build
$(1): $(call modules_of,$(1))
	@:
$(word 1,$(call modules_of,$(1))): $(core_of_core) $(call objects,$(1),$(binding_of_core))
	@mkdir -p $$(@D)
	$$(call say,LINK)$$(link) $$(shared) -o $$@ $$^ $$(CRYPTO_LIBS)
$(word 2,$(call modules_of,$(1))): $(core_of_curl) $(call objects,$(1),$(binding_of_curl))
	@mkdir -p $$(@D)
	$$(call say,LINK)$$(link) $$(shared) -o $$@ $$^ $$(CURL_LIBS)
$(BUILD)/obj/$(1)/%.o: csrc/binding/%.c $(BUILD)/flags
	@mkdir -p $$(@D)
	$$(call say,CC)$$(compile) $$(cflags_$(1)) -c -o $$@ $$<
endef
cflags_lua5.1 = $(LUA51_CFLAGS)
cflags_lua5.2 = $(LUA52_CFLAGS)
cflags_lua5.3 = $(LUA53_CFLAGS)
cflags_lua5.4 = $(LUA54_CFLAGS)
cflags_lua5.5 = $(LUA55_CFLAGS)
cflags_luajit = $(LUAJIT_CFLAGS)
$(foreach lua,$(luas),$(eval $(call build,$(lua))))

$(BUILD)/obj/core/%.o: csrc/core/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) -c -o $@ $<
$(BUILD)/obj/spec/%.o: spec/c/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) $(CMOCKA_CFLAGS) $(LUA54_CFLAGS) -Ispec/c -c -o $@ $<

# One program for each file. An oom_* program has an allocator that can be told to fail.
$(units): $(BUILD)/spec/c/%: $(BUILD)/obj/spec/%.o $(core)
$(ooms): $(BUILD)/spec/c/%: $(BUILD)/obj/spec/%.o $(BUILD)/obj/spec/mem_failing.o \
                            $(filter-out %/mem.o,$(core)) $(embedded)
$(ooms) $(hosts): libs_lua = $(LUA54_LIBS)
$(hosts): $(embedded)
$(ctests):
	@mkdir -p $(@D)
	$(call say,LINK)$(link) -o $@ $^ $(CMOCKA_LIBS) $(libs_lua) $(CURL_LIBS) $(CRYPTO_LIBS)

$(BUILD)/obj/bench/%.o: spec/bench/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) -c -o $@ $<
$(benches): $(BUILD)/spec/bench/%: $(BUILD)/obj/bench/%.o $(core)
	@mkdir -p $(@D)
	$(call say,LINK)$(link) -o $@ $^ $(CURL_LIBS) $(CRYPTO_LIBS)

# The fuzz targets. replay.c has a `main` that runs a target on its corpus. `make fuzz` uses libFuzzer's instead.
fuzz_main := $(BUILD)/obj/fuzz/replay.o
$(BUILD)/obj/fuzz/%.o: spec/fuzz/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) $(LUA54_CFLAGS) -c -o $@ $<
$(fuzzers): $(BUILD)/spec/fuzz/%: $(BUILD)/obj/fuzz/%_fuzz.o $(core) $(embedded) $(fuzz_main)
	@mkdir -p $(@D)
	$(call say,LINK)$(link) -o $@ $^ $(LUA54_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS)

# Builds as much as possible and saves make's status in BUILD/built: run-tests counts a failure.
tests-noted:
	@mkdir -p $(BUILD)
	@$(MAKE) --no-print-directory -k tests $(LUAS); echo $$? >$(BUILD)/built

# This file changes only if the compiler, its flags, or the list of files in csrc changes. Then everything is rebuilt.
flags  = $(compile) $(foreach lua,$(luas),$(cflags_$(lua))) $(CMOCKA_CFLAGS) $(LDFLAGS)
inputs = $(subst ','\'',$(flags) $(core) $(binding))
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@inputs='$(inputs)'; echo "$$inputs" | cmp -s - $@ || echo "$$inputs" > $@
FORCE:
.SECONDARY:
-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/obj/*/*/*.d)

# --- running ---------------------------------------------------------------------------------
# Steps that need packages run in a second make. This one has computed its variables before `deps` installs packages.

sanitizers = -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
memcheck = valgrind --quiet --leak-check=full --keep-debuginfo=yes --error-exitcode=99 \
           --suppressions=$(CURDIR)/spec/tools/valgrind.supp
more_luas = $(if $(filter undefined,$(origin LUAS)),$$(spec/tools/more-luas $(LUA) $(LUAJIT)),$(LUAS))
runtime  = BUILD='$(BUILD)' LUA='$(LUA)' LUAJIT='$(LUAJIT)' JOBS='$(JOBS)'

demo:
	@spec/tools/deps demo
	@$(MAKE) --no-print-directory for-lua
	@$(runtime) spec/tools/with-glacier $(LUA) spec/examples/demo.lua

test:
	@spec/tools/deps test
	@[ -z "$$CI" ] || spec/tools/deps more || :
	@more="$(more_luas)"; $(MAKE) --no-print-directory tests-noted LUAS="$$more"; \
	  $(runtime) ONLY='$(ONLY)' LUAS="$$more" spec/tools/run-tests

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
	@$(runtime) ONLY='$(ONLY)' TREE='$(TREE)' LARGE='$(LARGE)' spec/bench/run

# --- installing ------------------------------------------------------------------------------

abi      = $(patsubst lua%,%,$(patsubst luajit,lua5.1,$(name)))
sharedir = $(DESTDIR)$(PREFIX)/share/lua/$(abi)
libdir   = $(DESTDIR)$(PREFIX)/lib/lua/$(abi)
modules := $(patsubst lua/%,%,$(shell find lua -name '*.lua' 2>/dev/null))

# Builds for $(LUA), and checks that it can load the modules.
for-lua:
	$(if $(name),,$(error $(LUA) does not run: set LUA to your interpreter))
	$(if $(filter $(luas),$(name)),,$(error $(LUA) is $(name): this release supports Lua 5.1 to 5.5 and LuaJIT))
	@$(MAKE) --no-print-directory $(name)
	@LUA_CPATH='$(patsubst %/glacier/core.so,%,$(word 1,$(call modules_of,$(name))))/?.so' $(LUA) -e 'require "glacier.core" require "glacier.curl"' || \
	  { echo "The build does not load in $(LUA): are the headers those of $(name)?" >&2; exit 1; }

# Generates the annotations for editors and the reference from the model, the docstrings and the README's options.
doc: $(BUILD)/spec/tools/model_dump
	@$< >$(BUILD)/model.lua
	@$(LUA) spec/tools/make-reference $(BUILD)/model.lua $(or $(DOC),lua/glacier)
$(BUILD)/spec/tools/model_dump: $(BUILD)/obj/tools/model_dump.o $(BUILD)/obj/core/model.o
	@mkdir -p $(@D)
	$(call say,LINK)$(link) -o $@ $^
$(BUILD)/obj/tools/%.o: spec/tools/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) -c -o $@ $<

install: for-lua
	@install -d '$(libdir)/glacier' $(patsubst %,'$(sharedir)/%',$(sort $(dir $(modules))))
	@install -m 755 $(call modules_of,$(name)) '$(libdir)/glacier/'
	@for m in $(modules); do install -m 644 "lua/$$m" "$(sharedir)/$$m" || exit; done
	@install -d '$(DESTDIR)$(PREFIX)/bin'
	@{ echo '#!/usr/bin/env $(LUA)'; \
	   echo 'package.path = "$(PREFIX)/share/lua/$(abi)/?.lua;$(PREFIX)/share/lua/$(abi)/?/init.lua;" .. package.path'; \
	   echo 'package.cpath = "$(PREFIX)/lib/lua/$(abi)/?.so;" .. package.cpath'; \
	   tail -n +2 lua/glacier/command/glacier; } >'$(DESTDIR)$(PREFIX)/bin/glacier'
	@chmod 755 '$(DESTDIR)$(PREFIX)/bin/glacier'
	@echo "Installed for $(LUA) in $(PREFIX). Lua must search $(PREFIX)/share/lua/$(abi) and $(PREFIX)/lib/lua/$(abi)."

uninstall:
	rm -rf '$(libdir)/glacier' '$(sharedir)/glacier' '$(DESTDIR)$(PREFIX)/bin/glacier'

# LuaRocks compiles in the directory of the source and leaves glacier/*.so and the objects there.
clean:
	rm -rf $(BUILD) glacier
	find csrc -name '*.o' -exec rm -f {} +

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

#: Targets
#:   all         the modules for $(LUA), and for LuaJIT if its headers are installed:
#:               build/glacier/{core,curl}.so for Lua 5.4, build/NAME/glacier/{core,curl}.so for any other
#:   lua5.1 lua5.2 lua5.3 lua5.4 lua5.5 luajit
#:               the modules for one of them
#:   demo        sets a vault's notifications and fetches an archive, against a local service
#:   test        runs all tests: C, the corpora of the fuzz targets, Lua on $(LUA) and $(LUAJIT), and the
#:               specs that need no OpenResty on every other Lua that is installed and has its headers
#:               and modules (ONLY=word: only files with that word in their names)
#:   lint        checks format, compiler warnings, exports, Lua style, includes, the rockspec and lengths
#:   sanitize    runs the tests under AddressSanitizer and UndefinedBehaviorSanitizer
#:   fuzz        runs each fuzz target for SECONDS (60) under libFuzzer and sanitizers
#:   valgrind    runs the C tests, the corpora of the fuzz targets, and the specs on $(LUA) under valgrind
#:   bench       compares the client with libcurl and OpenSSL alone (ONLY=sign: one row; TREE=256:
#:               the MiB of the tree hash; LARGE=4096: an archive of that many MiB, up and down)
#:   doc         generates the annotations for editors and the reference in lua/glacier/
#:   install     builds for $(LUA) and installs in $(DESTDIR)$(PREFIX)/{share,lib}/lua/X.Y and .../bin
#:   uninstall   removes what `install` has installed
#:   clean       removes $(BUILD), and what LuaRocks has left in this directory
#: `demo`, `test`, `lint`, `sanitize`, `valgrind`, `fuzz` and `bench` first install missing packages with apt.
#:
#: Variables
#:   LUA LUAJIT               the interpreters (lua5.4, luajit)
#:   LUAS                     the other Lua versions to test (default: all that are installed with headers and modules)
#:   JOBS                     how many test files run at the same time (the number of processors)
#:   CC CPPFLAGS CFLAGS LDFLAGS PREFIX DESTDIR BUILD PKG_CONFIG
#:   V                        1 shows each command
#:   LUA51_CFLAGS LUA52_CFLAGS LUA53_CFLAGS LUA54_CFLAGS LUA54_LIBS LUA55_CFLAGS LUAJIT_CFLAGS
#:   LIB_CFLAGS CURL_LIBS CRYPTO_LIBS CMOCKA_CFLAGS CMOCKA_LIBS
#:                            flags of the libraries (default: what pkg-config prints)
