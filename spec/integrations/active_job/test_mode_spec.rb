# frozen_string_literal: true

require_relative "support/active_job_helper"
require "open3"

RSpec.describe "The test mode" do
  before { Pusher.url = "http://key:secret@127.0.0.1:1/apps/3" }

  it "records the event when the job runs" do
    Pusher::Testing.fake! do
      Pusher.trigger_later("orders", "created", { id: 1 })
      expect(Pusher).not_to have_triggered("created")
      work_off
      expect(Pusher).to have_triggered("created").on("orders").with({ id: 1 }).once
    end
  end

  it "records the event at the call with the inline adapter" do
    ActiveJob::Base.queue_adapter = :inline
    Pusher::Testing.fake! do
      expect { Pusher.trigger_batch_later({ channel: "orders", name: "created", data: { id: 1 } }) }
        .to publish_event("created").on("orders").with({ id: 1 })
    end
  end

  it "makes the requests of jobs fail" do
    Pusher::Testing.fake! do
      Pusher::Testing.fail_with(503, times: 1)
      Pusher.trigger_later("orders", "created", "data")
      2.times { work_off }
      expect(Pusher::Testing.requests.map(&:status)).to eq([503, 200])
    end
  end

  # Runs a file of support/ in a separate process.
  def run_test(file, *command)
    lib = File.expand_path("../../../lib", __dir__)
    output, status = Open3.capture2e(RbConfig.ruby, "-I", lib, *command, File.expand_path("support/#{file}", __dir__))
    expect(status).to be_success, output
    output
  end

  it "works with the assertions of ActiveJob::TestCase" do
    expect(run_test("trigger_job_test.rb")).to match(/3 runs, \d assertions, 0 failures, 0 errors, 0 skips/)
  end

  it "works with the matchers of rspec-rails", needs: "rspec-rails" do
    output = run_test("trigger_job_examples.rb", "-S", "rspec", "--options", File::NULL)
    expect(output).to include("3 examples, 0 failures")
  end
end
