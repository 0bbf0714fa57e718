# frozen_string_literal: true

require "rb_sys/extensiontask"

PUSHER_GEMSPEC = Gem::Specification.load("pusher.gemspec")

# Defines `compile`, which puts the native part into lib/pusher, and `native gem`, which packs a precompiled gem.
RbSys::ExtensionTask.new("pusher", PUSHER_GEMSPEC) do |task|
  task.lib_dir = "lib/pusher"
  # The binding is compiled anew when the core changes, too; copies in pkg and tmp are no sources.
  task.define_singleton_method(:source_files) do
    FileList["Cargo.{toml,lock}", "ext/*/Cargo.toml", "ext/*/src/**/*.rs"]
  end
end
