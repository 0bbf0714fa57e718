# frozen_string_literal: true

require_relative "support/active_job_helper"
require "tempfile"
require_relative "../../support/programs"
require_relative "../../support/runtime/own_process"

# Every Ruby example of docs/jobs.md, each in a separate process, against an endpoint on loopback.
RSpec.describe "docs/jobs.md" do
  include OwnProcess

  text = File.read(File.expand_path("../../../docs/jobs.md", __dir__), encoding: Encoding::UTF_8)
  sections = text.scan(/^## ([^\n]+)\n(.*?)(?=^## |\z)/m).to_h
  examples = sections.transform_values { |section| section.scan(/^```ruby\n(.*?)^```$/m).flatten }
                     .reject { |_, codes| codes.empty? }

  inline = <<~RUBY
    require "active_job"
    ActiveJob::Base.queue_adapter = :inline
    ActiveJob::Base.logger = Logger.new(nil)
  RUBY
  stored = inline.sub(":inline", ":test")
  rails = <<~RUBY
    require "rails"
    require "active_job/railtie"
    class Application < Rails::Application
      config.eager_load = false
      config.logger = Logger.new(nil)
      config.active_job.queue_adapter = :test
    end
  RUBY
  test_mode = "#{stored}require 'pusher/testing'\n"

  # The lines that an example prints, with code before and after it.
  define_method(:run_example) do |heading, before, code = "", **environment|
    environment = environment.transform_keys(&:name)
    finished = run_ruby("#{before}\n#{examples.fetch(heading).first}\n#{code}", url: endpoint.url, environment:)
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output.lines(chomp: true)
  end

  it "triggers events later" do
    run_example("Triggering events later", inline)
    expect(endpoint.events.map { |event| [event.channels, event.socket_id] })
      .to eq([[["my-channel"], "1234.5678"], [["channel-1"], nil], [["channel-2"], nil],
              [["#server-to-user-user-1"], nil]])
  end

  it "shows what the queue stores" do
    shown = examples.fetch("What the queue stores").first[/job\.arguments # => (.*)/, 1]
    expect(run_example("What the queue stores", stored, "p job.arguments == #{shown}")).to eq(["true"])
  end

  it "sets options of a job" do
    code = "job = ActiveJob::Base.queue_adapter.enqueued_jobs.last\np job[:queue], job[:at] - Time.now.to_f > 50"
    expect(run_example("Options of a job", stored, code)).to eq(["\"low\"", "true"])
  end

  it "changes the settings in Rails" do
    output = run_example("Settings", rails, <<~RUBY)
      Application.initialize!
      puts Pusher::TriggerJob.queue_name, Pusher::TriggerJob.attempts, Pusher::TriggerJob.idempotency_key
    RUBY
    expect(output).to eq(%w[events 3 true])
  end

  it "sets a subclass" do
    output = run_example("Settings", "#{rails}Application.initialize!\n", <<~RUBY)
      #{examples.fetch("Settings").last}
      p Pusher.trigger_later("paused", "e", "d"), Pusher.trigger_later("a", "e", "d").class
    RUBY
    expect(output).to eq(%w[false EventJob])
  end

  it "reports errors of discarded jobs" do
    endpoint.reply_with(status: 400, body: "no")
    before = "#{inline}$stderr = $stdout\n"
    output = run_example("Failures", before, 'Pusher.trigger_later("my-channel", "my-event", "d")')
    expect(output).to eq(["my-event on [\"my-channel\"]: Bad request: no"])
  end

  it "adds idempotency keys" do
    run_example("Each event once", inline)
    keys = endpoint.requests.map { |request| JSON.parse(request.body)["idempotency_key"] }
    expect(keys).to match([/\A\h{8}-/, "order-7-created"])
  end

  it "triggers events after the commit", needs: "sqlite3" do
    before = <<~RUBY
      ENV["DATABASE_URL"] = "sqlite3::memory:"
      require "active_record/railtie"
      #{rails.sub(":test", ":inline")}
      Application.initialize!
      ActiveRecord::Schema.verbose = false
      ActiveRecord::Schema.define { create_table(:orders) }
    RUBY
    run_example("Transactions", before, <<~RUBY)
      Order.transaction { Order.create! && raise(ActiveRecord::Rollback) }
      Order.create!
    RUBY
    expect(endpoint.events.size).to eq(1)
  end

  it "registers a client" do
    run_example("Several clients", inline, REPORTS_PUSHER_URL: endpoint.url)
    expect(endpoint.events.size).to eq(1)
  end

  it "asserts in RSpec", needs: "rspec-rails" do
    before = <<~RUBY
      require "action_controller/railtie"
      #{test_mode}require "rspec/rails"
      RSpec.configure do |config|
        config.include RSpec::Rails::RailsExampleGroup
        config.include ActiveJob::TestHelper
      end
      Pusher.url = "http://key:secret@127.0.0.1:1/apps/3"
    RUBY
    Tempfile.create(["order_spec", ".rb"]) do |file|
      file.write(before, examples.fetch("In RSpec").first)
      file.flush
      output, = Open3.capture2e(RbConfig.ruby, "-I", File.join(Programs::ROOT, "lib"), "-S", "rspec", "--options",
                                File::NULL, file.path)
      expect(output).to include("2 examples, 0 failures")
    end
  end

  it "asserts in Minitest" do
    output = run_example("In Minitest", "#{test_mode}require 'active_job/test_case'\nrequire 'minitest/autorun'\n")
    expect(output.last).to match(/\A2 runs, \d assertions, 0 failures, 0 errors, 0 skips/)
  end

  it "has no other examples" do
    expect(examples.values.flatten.size).to eq(11)
  end
end

RSpec.describe "examples/jobs.rb" do
  include Programs

  it "publishes events in jobs" do
    program = run_program("examples/jobs.rb", environment: { "PUSHER_URL" => endpoint.url })
    expect(program).to have_attributes(status: 0, errors: "")
    expect(program.output).to start_with(<<~OUTPUT.chomp)
      default: /events headline on news
      default: /events message on private-encrypted-chat
      low: /events headline on news
      Not enqueued: could not be encoded as JSON
    OUTPUT
    expect(endpoint.events.map(&:name)).to match_array(%w[headline headline message])
  end
end
