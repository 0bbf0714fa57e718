# frozen_string_literal: true

require "rb_sys/extensiontask"

PUSHER_GEMSPEC = Gem::Specification.load("pusher.gemspec")

# Defines `compile`, which builds the native part into lib/pusher. With RUBY_TARGET, as in rb-sys-dock, it also defines
# the tasks that compile for another platform.
RbSys::ExtensionTask.new("pusher", PUSHER_GEMSPEC) do |task|
  task.lib_dir = "lib/pusher"
  # packed.rake and native.rake pack the gems.
  task.no_native = true
  # Recompile the binding when the core changes, too. Ignore the copies in pkg and tmp.
  task.define_singleton_method(:source_files) do
    FileList["Cargo.{toml,lock}", "ext/*/Cargo.toml", "ext/*/src/**/*.rs"]
  end
end
