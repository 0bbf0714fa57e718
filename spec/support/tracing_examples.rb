# frozen_string_literal: true

require "open3"
require "rbconfig"

# What the integrations of all tracing libraries have in common.
RSpec.shared_examples "the file of a tracing library" do |file, sentence|
  lib = File.expand_path("../../lib", __dir__)

  define_method(:run_ruby) { |code| Open3.capture2e(RbConfig.ruby, "-I", lib, "-e", code).first }

  it "says what to do if the library is not loaded" do
    code = "begin; require '#{file}'; rescue LoadError => e; puts e.message; end"
    expect(run_ruby(code)).to match(sentence)
  end

  it "is not loaded by the gem, and does not load the library" do
    code = "require 'pusher'; p $LOADED_FEATURES.grep(/opentelemetry|datadog|sentry/), " \
           "Pusher.const_get(:Internal)::HTTP::REGISTRY.global.empty?"
    expect(run_ruby(code)).to eq("[]\ntrue\n")
  end

  it "registers its middleware once, innermost for the process" do
    middlewares = Pusher.const_get(:Internal)::HTTP::REGISTRY.global.around(:attempt)
    expect(middlewares.size).to eq(1)
    again = { file:, library: "", setup: "", loaded: true }
    Pusher.const_get(:Internal)::Tracing.register(middlewares.first, **again)
    expect(Pusher.const_get(:Internal)::HTTP::REGISTRY.global.around(:attempt)).to eq(middlewares)
  end
end
