# frozen_string_literal: true

require "open3"
require "rbconfig"

# Runs the spec file in a section of the README in a separate process.
module ReadmeSection
  ROOT = File.expand_path("../..", __dir__)

  module_function

  def example(heading)
    section = File.read(File.join(ROOT, "README.md"))[/^### #{heading}\n(.*?)(?=^##)/m, 1]
    section[/^```ruby\n(.*?)^```$/m, 1] || raise("the section #{heading} has no example")
  end

  # The output of rspec, run in this folder.
  def run(code, folder, environment = {})
    file = File.join(folder, "readme_spec.rb")
    File.write(file, code)
    command = [RbConfig.ruby, "-I", File.join(ROOT, "lib"), "-S", "rspec", file]
    Open3.capture2e({ "PUSHER_URL" => nil }.merge(environment), *command, chdir: folder).first
  end
end
