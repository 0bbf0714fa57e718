# frozen_string_literal: true

require_relative "testing_helper"
require "open3"
require "rbconfig"
require "tmpdir"
require_relative "../../support/documents"

# Plain examples run in this process; files of a test suite run together, in a separate process.
RSpec.describe "The examples of the test mode in docs/testing.md" do
  chapters = ["The test mode", "RSpec", "Minitest", "Webhooks in controller specs"]
  examples = chapters.flat_map { |chapter| Documents.section("docs/testing.md", chapter) }
  files, plain = examples.partition { |code| code.match?(%r{\A# \w+/}) }
  files = files.to_h { |code| [code[/\A# (.*)/, 1], code] }

  # Turns `expression # => value` into an expectation.
  def checked(code)
    code.gsub(/^( *)(\S.*?) +# => (.*)$/) { "#{$1}expect(#{$2}).to eq(#{$3})" } # rubocop:disable Style/PerlBackrefs
  end

  def in_suite(files)
    Dir.mktmpdir do |folder|
      files.each do |name, code|
        path = File.join(folder, name)
        FileUtils.mkdir_p(File.dirname(path))
        File.write(path, code)
      end
      yield folder
    end
  end

  # Without the environment of this process, so that only the example's own lines configure the gem.
  def run(folder, *command, environment: {})
    libraries = [File.expand_path("../../../lib", __dir__), File.expand_path("support/readme", __dir__)]
    environment = { "PUSHER_URL" => nil, "SPEC_OPTS" => nil, **environment }
    output, = Open3.capture2e(environment, RbConfig.ruby, *libraries.flat_map { |path| ["-I", path] }, *command,
                              chdir: folder)
    output
  end

  plain.each.with_index(1) do |code, number|
    it "return the values in their comments (example #{number})" do
      pusher = Pusher::Client.new(app_id: "3", key: "key", secret: "secret")
      scope = binding.tap { |it| it.local_variable_set(:pusher, pusher) }
      code = checked(code)
      expect(code).to include("expect(")
      scope.eval(code)
    end
  end

  it "pass as an RSpec suite, which fails if another event is published" do
    suite = files.select { |name, _| name.match?(%r{\Aspec/\w+\.rb}) }
    rspec = ["-S", "rspec", "-r", "pusher", "spec/orders_spec.rb"]
    in_suite(suite) { |folder| expect(run(folder, *rspec)).to include("2 examples, 0 failures") }

    other = suite.transform_values { |code| code.gsub(/trigger\("orders", "/, '\0x') }
    in_suite(other) { |folder| expect(run(folder, *rspec)).to include("2 examples, 2 failures") }
  end

  it "pass as a Minitest suite, which fails if another event is published" do
    suite = files.select { |name, _| name.start_with?("test/") }
    in_suite(suite) { |folder| expect(run(folder, "test/orders_test.rb")).to match(/2 runs, \d+ assertions, 0 fail/) }

    other = suite.transform_values { |code| code.gsub(/trigger\("orders", "/, '\0x') }
    in_suite(other) { |folder| expect(run(folder, "test/orders_test.rb")).to match(/2 runs, \d+ assertions, 2 fail/) }
  end

  it "pass as a request spec of Rails, which fails without the key of the signature" do
    skip "railties and actionpack are not installed" unless Gem::Specification.find_all_by_name("railties").any?
    suite = files.select { |name, _| name.start_with?("spec/requests/") }
    rspec = ["-S", "rspec", "-r", "pusher", "spec/requests/webhooks_spec.rb"]
    environment = { "PUSHER_URL" => "http://key:secret@127.0.0.1:1/apps/3" }
    in_suite(suite) { |folder| expect(run(folder, *rspec, environment:)).to include("1 example, 0 failures") }

    other = suite.transform_values do |code|
      code.sub("headers: hook.headers", "headers: hook.headers.except('X-Pusher-Key')")
    end
    in_suite(other) { |folder| expect(run(folder, *rspec, environment:)).to include("1 example, 1 failure") }
  end

  it "show the failure message that RSpec prints" do
    message = Documents.text("docs/testing.md")[/^## RSpec$.*?^```\n(expected.*?)\n```$/m, 1]
    testing.fake! do
      client.trigger("orders", "created", { id: 1 })
      client.trigger(%w[orders all], "updated", { id: 2 }, { socket_id: "1234.5678" })
      expect { expect(Pusher).to have_triggered("created").on("orders").with(id: 2) }
        .to raise_error(RSpec::Expectations::ExpectationNotMetError) do |error|
          # Ruby 3.4 and newer inspect a Hash differently.
          shown = error.message.gsub(" => ", "=>").gsub(/\bid: /, ":id=>")
          expect(shown.gsub(/ +/, " ")).to eq(message.gsub(/ +/, " "))
        end
    end
  end

  include_context "with the test mode"

  it "are all found by this spec" do
    expect([plain.size, files.size]).to eq([4, 4])
  end
end
