# frozen_string_literal: true

# Required by rspec: garbage is collected at every allocation within a native of this gem. Not during a request: the
# endpoint that replies to it is in the same process.
NATIVE = Pusher.const_get(:Internal)::Native
NATIVE_CALL = lambda do |call|
  call.self.equal?(NATIVE) || (call.method_id.start_with?("native_") && call.method_id != :native_request)
end

TracePoint.new(:c_call) { |call| GC.stress = true if NATIVE_CALL.call(call) }.enable
TracePoint.new(:c_return) { |call| GC.stress = false if NATIVE_CALL.call(call) }.enable
