# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/reactor"

# A process may run one reactor after another. Each run needs its own shutdown hook.
RSpec.describe "Requests on several EventMachine reactors" do
  include Reactor
  include AsyncProgram

  it "work in ten reactors, one after another" do
    10.times { |number| expect(outcome_of { client.trigger_async("channel", "event", number) }.reply).to eq({}) }
    expect(endpoint.events.map(&:data)).to eq(Array.new(10, &:to_s))
  end

  # An undocumented instance variable, which the gem uses.
  it "can tell them apart by a Hash that EventMachine creates for each" do
    hashes = Array.new(2) do
      hash = nil
      on_reactor { (hash = EM.instance_variable_get(:@conns)) && EM.stop }
      hash
    end
    expect(hashes).to all(be_a(Hash))
    expect(hashes.first).not_to equal(hashes.last)
  end

  describe "in a version of EventMachine without this Hash" do
    before do
      allow(EM).to receive(:instance_variable_get).and_call_original
      allow(EM).to receive(:instance_variable_get).with(:@conns).and_return(nil)
    end

    # Runs the reactor several times in the same thread.
    def runs(count, &block)
      within { Thread.new { Array.new(count) { |number| EM.run { block.call(number) } } }.join }
    end

    it "work in one reactor after another" do
      replies = []
      runs(3) do |number|
        watch(client.trigger_async("channel", "event", number)) do |outcome|
          replies << outcome.reply
          EM.stop
        end
      end
      expect(replies).to eq([{}] * 3)
    end

    it "add one shutdown hook for each reactor" do
      hooks = 0
      allow(EM).to receive(:add_shutdown_hook).and_wrap_original do |add, &hook|
        hooks += 1
        add.call(&hook)
      end
      expect(outcomes_of { Array.new(5) { client.trigger_async("channel", "event", "data") } }.map(&:reply))
        .to eq([{}] * 5)
      expect(hooks).to eq(1)
    end

    it "are refused while the reactor stops, and work in the next one" do
      endpoint.hang
      errors = []
      runs(1) do
        watch(client.trigger_async("channel", "event", "data")) do |outcome|
          errors << outcome.error << error_of { client.trigger_async("channel", "event", "once more") }
        end
        EM.add_periodic_timer(0.01) { EM.stop if endpoint.in_flight == 1 }
      end
      expect(errors.map(&:message)).to match([/\ANetwork error/, /reactor has stopped/])
      expect(outcome_of { client.trigger_async("channel", "event", "later") }.reply).to eq({})
    end
  end

  it "work in a child process of EM.fork_reactor" do
    program = start_program(<<~RUBY, first: "require \"eventmachine\"")
      EM.run do
        publish("parent 1").callback do
          child = EM.fork_reactor { publish("child 1").callback { |reply| puts("child") || EM.stop } }
          EM.defer(-> { Process.wait(child) }, ->(*) { publish("parent 2").callback { EM.stop } })
        end
      end
    RUBY
    expect(program.finish).to have_attributes(errors: "", output: "child\n", status: be_success)
    expect(endpoint.events.map(&:data)).to eq(["parent 1", "child 1", "parent 2"])
  end
end
