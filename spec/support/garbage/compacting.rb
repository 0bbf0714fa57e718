# frozen_string_literal: true

# Required by rspec: compacts the heap before and while each example runs.
RSpec.configure do |config|
  config.around do |example|
    GC.compact
    GC.auto_compact = true
    example.run
  ensure
    GC.auto_compact = false
  end
end
