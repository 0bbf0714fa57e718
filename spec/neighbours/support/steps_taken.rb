# frozen_string_literal: true

# The documented steps of a request, where they are taken: a client that nobody watches takes a shorter way.
module StepsTaken
  # @return [Array] class and name of each method of Pusher::Resource and Pusher::Request that was called meanwhile
  def steps_taken(&block)
    steps = []
    trace = TracePoint.new(:call) { |call| steps << [call.defined_class, call.method_id] }
    trace.enable(&block)
    steps.select { |type, _| [Pusher::Resource, Pusher::Request].include?(type) }
  end
end
