# frozen_string_literal: true

require "open3"
require "rbconfig"

# Runs Ruby programs in separate processes, with the gem of this checkout.
module Programs
  ROOT = File.expand_path("../..", __dir__)

  Finished = Struct.new(:output, :errors, :status, keyword_init: true)

  # `before`: Ruby files to load first.
  def run_program(path, *arguments, environment: {}, before: [])
    command = [RbConfig.ruby, "-I", File.join(ROOT, "lib"), *before.flat_map { |file| ["-r", file] },
               File.join(ROOT, path), *arguments]
    output, errors, status = Open3.capture3(environment, *command, chdir: ROOT)
    Finished.new(output:, errors:, status: status.exitstatus)
  end
end
