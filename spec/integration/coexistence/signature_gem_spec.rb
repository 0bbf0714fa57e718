# frozen_string_literal: true

require "spec_helper"
require "json"
require "open3"
require "rbconfig"

# Applications may still have the pusher-signature gem in their bundle. Each example runs in a separate process. The
# endpoint checks every signature.
RSpec.describe "The pusher-signature gem" do
  ours = File.expand_path("../../../lib", __dir__)
  theirs = File.expand_path("support/signature_gem", __dir__)

  def run(code, *load_path)
    tour = File.expand_path("support/signature_tour.rb", __dir__)
    folders = [*load_path, *$LOAD_PATH].flat_map { |folder| ["-I", folder] }
    output, errors, status = Open3.capture3({ "PUSHER_URL" => endpoint.url }, RbConfig.ruby, *folders, "-r", tour, "-",
                                            stdin_data: "#{code}\nSignatureTour.print\n")
    raise errors unless status.success?

    JSON.parse(output)
  end

  define_method(:expect_all_to_work) do |results|
    expect(results).to eq(run("require 'pusher'", ours))
    expect(results["webhooks"]).to eq([true, false])
    expect(results["verifying"]).to eq([true, "Invalid signature"])
    expect(results["hidden"]).to be(true)
    expect(endpoint.refusals).to be_empty
  end

  theirs_by_path = "load #{File.join(theirs, "pusher-signature.rb").inspect}"

  {
    "loaded before it" => ["require 'pusher-signature'; require 'pusher'", theirs, ours],
    "loaded after it" => ["require 'pusher'; require 'pusher-signature'", theirs, ours],
    "loaded after first use" => ["require 'pusher'; SignatureTour.call; require 'pusher-signature'", theirs, ours],
    "loaded by path, with this gem's file found by name" =>
      ["require 'pusher-signature'; #{theirs_by_path}", ours, theirs],
    "loaded by name, with this gem's file loaded, too" =>
      ["require 'pusher-signature'; require #{File.join(ours, "pusher-signature").inspect}", theirs, ours]
  }.each do |way, (code, *load_path)|
    it "does not affect this gem if it is #{way}" do
      expect_all_to_work(run(code, *load_path))
    end
  end

  it "is loaded in these examples" do
    output = run(<<~RUBY, theirs, ours)
      require "pusher"; require "pusher-signature"
      raise "not the stand-in" unless Pusher::Signature::VERSION == "0.0.stand-in"
      raise "not its Request" unless Pusher::Signature::Request.instance_method(:sign).source_location[0].include?("signature_gem")
    RUBY
    expect(output["hidden"]).to be(true)
  end
end
