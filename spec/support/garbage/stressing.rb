# frozen_string_literal: true

# Required by rspec: at every allocation within a native of this gem, garbage is collected. While a request is under way
# it is not, for in the same process an endpoint answers it.
TracePoint.new(:c_call) do |call|
  GC.stress = call.method_id != :native_request if call.method_id.start_with?("native_")
end.enable

TracePoint.new(:c_return) do |call|
  GC.stress = false if call.method_id.start_with?("native_")
end.enable
