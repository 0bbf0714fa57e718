# frozen_string_literal: true

require "open3"
require "rbconfig"

# In separate processes, with all warnings on.
RSpec.describe "Warnings" do
  root = File.expand_path("../../..", __dir__)
  lib = File.join(root, "lib")
  publisher = File.join(__dir__, "support", "noisy_publisher.rb")
  # What applications require, and the gem that it needs. After these every other file can be loaded.
  entry_points = { "pusher" => "rake", "pusher-signature" => "rake", "pusher/testing" => "rake",
                   "pusher/testing/rspec" => "rspec-core", "pusher/testing/minitest" => "minitest",
                   "pusher/webmock" => "webmock", "pusher/log_subscriber" => "activesupport",
                   "pusher/railtie" => "railties" }
  installed, missing = entry_points.partition { |_, gem| Gem::Specification.find_all_by_name(gem).any? }
  others = Dir.glob("**/*.rb", base: lib).map { |file| file.delete_suffix(".rb") }.reject do |file|
    missing.any? do |entry_point, gem|
      folder = gem == "railties" ? "pusher/integrations/rails/" : "#{entry_point}/"
      file == entry_point || file.start_with?(folder)
    end
  end

  # The output, and the warnings about our files.
  def run(root, *arguments, environment: {})
    command = [RbConfig.ruby, "-w", "-W:deprecated", "-I", File.join(root, "lib"), *arguments]
    output, warnings, status = Open3.capture3(environment, *command)
    raise "#{output}#{warnings}" unless status.success?

    [output, warnings.lines.grep(/: warning: /).grep(%r{#{root}/lib/|noisy_publisher})]
  end

  it "are not printed while the files of the gem are loaded" do
    # The constants by which the integrations recognise the libraries.
    libraries = "module OpenTelemetry; module Trace; end; end; module Datadog; module Tracing; end; end; " \
                "module Sentry; class Breadcrumb; end; end; "
    loading = "#{libraries}ARGV.each { |file| require file }"
    _, warnings = run(root, "-e", loading, "--", *installed.map(&:first), *others)
    expect(warnings).to be_empty
  end

  it "are not printed while an application publishes, authorises and reads webhooks" do
    output, warnings = run(root, publisher, environment: { "PUSHER_URL" => endpoint.url })
    expect([output, warnings]).to eq(["published\n", []])
  end
end
