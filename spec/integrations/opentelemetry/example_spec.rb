# frozen_string_literal: true

require_relative "support/opentelemetry_helper"
require_relative "../../support/programs"

# With a stand-in for the gem opentelemetry-sdk (support/sdk).
RSpec.describe "examples/opentelemetry.rb" do
  include Programs

  it "prints a span for each request, below the span of the caller" do
    program = run_program("examples/opentelemetry.rb", environment: {
                            "PUSHER_URL" => endpoint.url, "RUBYLIB" => File.expand_path("support/sdk", __dir__)
                          })
    expect(program).to have_attributes(status: 0, errors: "")
    lines = program.output.lines(chomp: true).grep_v(/\A  /)
    root = lines[2][/ checkout (\h+) root/, 1]
    expect(lines).to match(
      [/\Aclient trigger \h+ child of #{root} unset\z/, /\Aclient trigger \h+ child of #{root} unset\z/,
       / checkout \h+ root unset\z/, /\Aclient GET \h+ root unset\z/,
       /\Aclient trigger \h+ root error\z/, "It failed: Payload Too Large > 10KB",
       /\Aclient trigger \h+ root error\z/, "It failed: Connection refused"]
    )
    expect(program.output)
      .to include("  messaging.destination.name=orders\n", "  messaging.pusher.channels=news,sport\n",
                  "  error.type=413\n", "  error.type=Errno::ECONNREFUSED\n")
    expect(program.output).not_to match(/auth_|Nobody hears|xxx/)
  end
end
