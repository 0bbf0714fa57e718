# frozen_string_literal: true

require "rb_sys/extensiontask"

PUSHER_GEMSPEC = Gem::Specification.load("pusher.gemspec")

# Defines `compile`, which builds the native part into lib/pusher, and `native gem`, which packs a precompiled gem.
RbSys::ExtensionTask.new("pusher", PUSHER_GEMSPEC) do |task|
  task.lib_dir = "lib/pusher"
  # Recompile the binding when the core changes, too. Ignore the copies in pkg and tmp.
  task.define_singleton_method(:source_files) do
    FileList["Cargo.{toml,lock}", "ext/*/Cargo.toml", "ext/*/src/**/*.rs"]
  end
end
