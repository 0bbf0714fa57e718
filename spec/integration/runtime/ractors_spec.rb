# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/own_process"

# Each example has a process of its own: once it has had Ractors, Ruby runs differently.
RSpec.describe "Ractors" do
  include OwnProcess

  # The class and the message of what is raised in a Ractor other than the main one.
  def error_in_ractor(code, argument: "nil", url: endpoint.url)
    finished = run_ruby(<<~RUBY, url:, environment: { "RUBYOPT" => "-W0" })
      options = Ractor.make_shareable({ app_id: "1", key: "k", secret: "s" })
      ractor = Ractor.new(#{argument}, options) do |client, options|
        #{code}
        "nothing is raised"
      rescue Exception => e
        "\#{e.class}: \#{e.message}"
      end
      puts ractor.respond_to?(:value) ? ractor.value : ractor.take
    RUBY
    expect(finished).to have_attributes(status: be_success, errors: "")
    finished.output.chomp
  end

  {
    "a client is made" => "Pusher::Client.new(**options)",
    "a client is made from a url" => 'Pusher::Client.from_url("http://k:s@127.0.0.1/apps/1")',
    "the module is used for the first time" => 'Pusher.trigger("channel", "event", "data")'
  }.each do |what, code|
    it "get a Pusher::Error that says what to do where #{what}" do
      expect(error_in_ractor(code)).to eq(
        "Pusher::Error: pusher can be used in the main Ractor only: send the events from there, for example in a thread"
      )
    end
  end

  it "get the same where the module was used in the main one before" do
    expect(error_in_ractor('Pusher.trigger("channel", "event", "data")', argument: "Pusher.channels && nil"))
      .to start_with("Pusher::Error: pusher can be used in the main Ractor only")
  end

  it "get Ruby's own error where a client is handed over: nothing is sent" do
    error = error_in_ractor('client.trigger("channel", "event", "data")', argument: "Pusher::Client.new(**options)")
    expect(error).to start_with("Ractor::UnsafeError")
    expect(endpoint.requests).to be_empty
  end

  it "leave the main one alone" do
    finished = run_ruby(<<~RUBY, url: endpoint.url, environment: { "RUBYOPT" => "-W0" })
      ractor = Ractor.new { 6 * 7 }
      p Pusher.trigger("channel", "event", "data"), ractor.respond_to?(:value) ? ractor.value : ractor.take
    RUBY
    expect(finished).to have_attributes(output: "{}\n42\n", errors: "", status: be_success)
  end
end
