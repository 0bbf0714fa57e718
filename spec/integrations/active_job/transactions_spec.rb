# frozen_string_literal: true

require_relative "support/active_job_helper"
require_relative "../../support/programs"

# Each example runs an application with a database in a separate process.
RSpec.describe "Events that are triggered later in a transaction", needs: "sqlite3" do
  include Programs

  # The names of the events that an application publishes, which saves two orders and rolls the second one back.
  def published(*arguments)
    program = run_program("spec/integrations/active_job/support/orders.rb", *arguments,
                          environment: { "PUSHER_URL" => endpoint.url })
    expect(program).to have_attributes(status: 0, errors: "")
    expect(program.output).to eq("saved: first\n")
    endpoint.events.map(&:data)
  end

  it "are not published if it is rolled back, when an after_commit callback triggers them" do
    expect(published("after_commit")).to eq(%w[first])
  end

  if ActiveJob::Base.respond_to?(:enqueue_after_transaction_commit)
    it "are not published if it is rolled back, and are enqueued after it is committed" do
      expect(published("after_save")).to eq(%w[first])
    end
  else
    it "are enqueued at once before Rails 7.2" do
      expect(published("after_save")).to eq(%w[first second])
    end
  end
end
