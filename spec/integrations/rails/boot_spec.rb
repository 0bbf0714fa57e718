# frozen_string_literal: true

# Each example boots an application in a separate process.
RSpec.describe "A Rails application" do
  def boot_with(configuration, program, initializer: "", files: {}, **options)
    files = { **RailsApplication.configured(configuration), "config/initializers/pusher.rb" => initializer, **files }
    boot(program, files:, **options)
  end

  let(:account) { { environment: { "PUSHER_URL" => endpoint.url } } }
  trigger = "Pusher.trigger(\"news\", \"created\", { a: 1 })"

  describe "logs" do
    it "to its own logger" do
      expect(boot_with("", "p Pusher.logger.equal?(Rails.logger); Pusher['a'].trigger('b', 1)"))
        .to start_with("true\nERROR missing key `app_id' in the client configuration (Pusher::ConfigurationError)\n")
    end

    it "to its own logger again, after that is reset" do
      program = "Pusher.logger = Logger.new(nil); Pusher.logger = nil; p Pusher.logger.equal?(Rails.logger)"
      expect(boot_with("", program)).to eq("true\n")
    end

    it "to the logger that it sets, before or while it boots" do
      program = "puts Pusher.logger.progname"
      code = "Pusher.logger = Logger.new(nil, progname: \"mine\")"
      expect(boot_with(code, program)).to eq("mine\n")
      expect(boot_with("", program, initializer: code)).to eq("mine\n")
    end

    it "one line for each request with config.pusher.log, also if the file is required" do
      ["config.pusher.log = true", "config.pusher.log = true\nrequire \"pusher/log_subscriber\""].each do |code|
        output = boot_with(code, "#{trigger}; Pusher.channels", **account)
        expect(output.lines).to match(
          [%r{\AINFO Pusher POST /apps/3/events created on news → 200 \(\d},
           %r{\ADEBUG Pusher GET /apps/3/channels → 200}]
        )
      end
    end

    it "no request by default" do
      expect(boot_with("", trigger, **account)).to eq("")
    end
  end

  describe "with config.pusher.enabled = false" do
    disabled = "config.pusher.enabled = false"

    it "needs no account, logs what it does not send, and gets the replies of a service without subscribers" do
      output = boot_with(disabled, <<~RUBY)
        p #{trigger}, Pusher.trigger("a", "b", "c", { info: "subscription_count" })
        p Pusher.trigger_batch({ channel: "a", name: "b", data: "c" }), Pusher.trigger_async("a", "b", "c").pop.status
        p Pusher.channels, Pusher.channel_info("presence-a", { info: "user_count" }), Pusher.channel_users("presence-a")
        p Pusher.send_to_user("7", "b", "c"), Pusher.terminate_user_connections("7")
        p Pusher.authenticate("private-encrypted-a", "1.1").keys
        Pusher.trigger("private-encrypted-a", "b", "c")
        p Pusher::Client.new(app_id: "1", key: "k", secret: "s", host: "127.0.0.1", port: 1).trigger("a", "b", "c")
      RUBY
      logged, printed = output.lines(chomp: true).partition { |line| line.match?(/\A(?:INFO|DEBUG) /) }
      # Inspected here, because Hashes look different on newer Rubies.
      replies = [
        {}, { channels: { "a" => { "subscription_count" => 0 } } }, {}, 200, { channels: {} },
        { occupied: false, user_count: 0 }, { users: [] }, {}, {}, %i[auth shared_secret], {}
      ]
      expect(printed).to eq(replies.map(&:inspect))
      expect(logged.grep_v(/Signing/).size).to eq(11)
      expect(logged.first).to match(%r{\AINFO Pusher POST /apps/none/events created on news → not sent \(})
    end

    it "sends nothing, and uses the account that it has" do
      program = "#{trigger}; #{trigger.sub("trigger", "trigger_async")}.pop; puts Pusher.key"
      output = boot_with(disabled, program, **account)
      expect(output.lines.last).to eq("#{endpoint.app.key}\n")
      expect(endpoint.connections).to eq(0)
    end

    it "still refuses what the library refuses" do
      expect(boot_with(disabled, "Pusher.trigger(['a'] * 101, 'b', 1) rescue puts $!.message"))
        .to eq("Too many channels (101), max 100\n")
    end

    it "accepts an initializer that sets missing credentials" do
      code = "Pusher.app_id = ENV[\"UNSET\"]; Pusher.key = nil"
      expect(boot_with(disabled, "p #{trigger}", initializer: code)).to end_with("{}\n")
    end

    it "can be set in config/pusher.yml, beside an account from elsewhere" do
      files = { "config/pusher.yml" => "development:\n  enabled: false\n" }
      output = boot_with("", "#{trigger}; puts Pusher.key", files:, **account)
      expect(output).to match(/not sent.*\n#{endpoint.app.key}\n/)
      expect(boot_with("config.pusher.enabled = true", trigger, files:, **account)).to eq("")
      expect(endpoint.events.size).to eq(1)
    end

    it "can be used with the test mode, which comes first" do
      program = "require \"pusher/testing\"; Pusher::Testing.fake! { #{trigger}; p Pusher::Testing.events.size }"
      expect(boot_with(disabled, program)).to end_with("1\n")
    end

    it "is not loaded otherwise" do
      program = "p $LOADED_FEATURES.grep(%r{/pusher/(testing|log_subscriber|exclude_socket|.*disabled|.*generator)})"
      expect(boot_with("", program)).to eq("[]\n")
    end
  end

  describe "with config.pusher.test_mode = true" do
    testing = "config.pusher.test_mode = true"

    it "records events in the environment test, without an account" do
      program = "#{trigger}; Pusher.trigger_async('a', 'b', 1); p Pusher::Testing.events.map(&:name)"
      expect(boot_with(testing, program, env: "test")).to eq("[\"created\", \"b\"]\n")
    end

    it "has no effect in other environments" do
      boot_with(testing, trigger, env: "production", **account)
      boot_with(testing, trigger, env: "development", **account)
      expect(endpoint.events.size).to eq(2)
    end

    it "starts each test of ActiveSupport with an empty recording" do
      output = boot_with(testing, <<~RUBY, env: "test")
        require "active_support/test_case"
        require "active_support/testing/autorun"
        class EventsTest < ActiveSupport::TestCase
          3.times do |number|
            test "publishes \#{number}" do
              assert_equal [], Pusher::Testing.events
              Pusher.trigger("news", "created", 1)
              assert_equal ["created"], Pusher::Testing.events.map(&:name)
              assert_triggered("created", on: "news")
            end
          end
        end
      RUBY
      expect(output).to include("3 runs, 12 assertions, 0 failures, 0 errors, 0 skips")
    end

    it "starts each example of RSpec with an empty recording" do
      application = rails_application(**RailsApplication.configured(testing), "spec/events_spec.rb" => <<~RUBY)
        require "./config/environment"
        RSpec.describe "events" do
          2.times do |number|
            it "is \#{number}" do
              expect(Pusher::Testing.events).to be_empty
              expect { Pusher.trigger("news", "created", 1) }.to publish_event("created").on("news")
            end
          end
        end
      RUBY
      output, = Open3.capture2e(application.variables(env: "test"), Gem.bin_path("rspec-core", "rspec"), "spec",
                                chdir: application.folder)
      expect(output).to include("2 examples, 0 failures")
    end
  end

  describe "reports failures of background requests" do
    failing = <<~RUBY
      Pusher.url = "http://k:s@127.0.0.1:PORT/apps/1"
      Pusher.trigger_async("news", "created", 1)
      Pusher.flush
    RUBY

    let(:failing_program) { failing.sub("PORT", closed_port.to_s) }

    it "to the log" do
      expect(boot_with("", failing_program)).to match(/\AERROR .*ECONNREFUSED\)\n/)
    end

    # The error reporter of Rails 7 and newer. Rails 6.1 has none, so there one with its interface takes its place.
    reporter = <<~RUBY
      class Recorder
        def report(error, handled:, severity:, context:, source: nil)
          puts [error.class, handled, severity, context[:pusher].values_at(:event, :channels), source].inspect
        end
      end
      if Rails.respond_to?(:error)
        Rails.error.subscribe(Recorder.new)
      else
        Rails.singleton_class.define_method(:error) { @error ||= Recorder.new }
      end
    RUBY

    it "to the handler that the application sets, and to nothing else" do
      code = "Pusher.on_async_error = ->(error, facts) { puts \"mine \#{facts[:event]}\" }"
      expect(boot_with("", failing_program, initializer: "#{reporter}\n#{code}")).to eq("mine created\n")
      expect(boot_with(code, failing_program, initializer: reporter)).to eq("mine created\n")
    end

    it "to Rails.error, too, where that exists" do
      output = boot_with("", failing_program, initializer: reporter)
      expect(output).to match(/^ERROR .*ECONNREFUSED\)$/)
      source = output.include?("\"pusher\"") ? "\"pusher\"" : "nil"
      expect(output.lines.last).to eq("[Errno::ECONNREFUSED, true, :error, [\"created\", [\"news\"]], #{source}]\n")
    end
  end
end
