# frozen_string_literal: true

# A fiber scheduler that reports a connection as ready only after the server has sent something.
class LateConnecting
  # Runs the block under it.
  def self.run
    failure = nil
    thread = Thread.new do
      Fiber.set_scheduler(new)
      Fiber.schedule do
        yield
      rescue StandardError => e
        failure = e
      end
    end
    thread.join
    raise failure if failure
  end

  # Every wait ends when there are bytes to read.
  def io_wait(io, events, timeout)
    readable, = select([io], nil, nil, timeout)
    readable ? events : false
  end

  def fiber(&block)
    Fiber.new(blocking: false, &block).tap(&:resume)
  end

  def kernel_sleep(*) = raise(NotImplementedError)

  def block(*) = raise(NotImplementedError)

  def unblock(*) = raise(NotImplementedError)

  def close; end
end
