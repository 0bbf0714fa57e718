# frozen_string_literal: true

require "spec_helper"

RSpec.describe "Pusher::Internal::Async::ChannelQueues" do
  # A request by its name, its channels, and its sender (nil: it is sent alone).
  request_class = Struct.new(:name, :channels, :sender)

  let(:queues) { Pusher.const_get(:Internal)::Async::ChannelQueues.new }

  define_method(:add) do |name, *channels, sender: :client|
    request_class.new(name, channels, sender).tap { |request| queues.add(request) }
  end

  def take(limit = 10) = queues.take(limit)

  def names(requests) = requests&.map(&:name)

  it "takes nothing if nothing waits" do
    expect(take).to be_nil
    expect(queues).to have_attributes(ready?: false, size: 0)
  end

  it "takes the requests of a channel first, in order, then those of others" do
    %w[a b a c a].each_with_index { |channel, index| add("#{channel}#{index}", channel) }
    expect(names(take(4))).to eq(%w[a0 a2 a4 b1])
    expect(queues.size).to eq(1)
    expect(names(take)).to eq(%w[c3])
  end

  it "does not serve a channel twice at the same time" do
    add("a1", "a")
    taken = take
    add("a2", "a")
    expect(take).to be_nil
    queues.release(taken)
    expect(names(take)).to eq(%w[a2])
  end

  it "takes requests of equal senders together only" do
    add("1", "a", sender: :one)
    add("2", "b", sender: :two)
    add("3", "c", sender: :one)
    expect(names(take)).to eq(%w[1 3])
    expect(names(take)).to eq(%w[2])
  end

  it "serves senders in turn" do
    4.times { |number| add("one#{number}", "a#{number}", sender: :one) }
    add("two", "b", sender: :two)
    expect(Array.new(3) { names(take(2)) }).to eq([%w[one0 one1], %w[two], %w[one2 one3]])
  end

  it "leaves out senders" do
    add("1", "a", sender: :one)
    expect(queues.take(10, { one: true })).to be_nil
    expect(queues.ready?({ one: true })).to be(false)
    add("2", "b", sender: nil)
    expect(names(queues.take(10, { one: true }))).to eq(%w[2])
  end

  it "keeps a request with several channels behind the earlier ones of each, and before the later ones" do
    add("1", "a")
    add("2", "b")
    add("3", "a", "b", sender: nil)
    add("4", "a")
    add("5", "b")
    first = take(1)
    second = take(1)
    expect([first, second, take]).to match([[have_attributes(name: "1")], [have_attributes(name: "2")], nil])
    queues.release(first)
    expect(take).to be_nil
    queues.release(second)
    third = take
    expect(names(third)).to eq(%w[3])
    expect(take).to be_nil
    queues.release(third)
    expect(names(take)).to eq(%w[4 5])
  end

  it "takes requests without channels at any time" do
    add("1", "a")
    take
    add("2", sender: nil)
    expect(names(take)).to eq(%w[2])
  end

  it "adds later requests to those that were taken" do
    add("a1", "a")
    taken = take
    add("b1", "b")
    add("a2", "a")
    add("c1", "c", sender: :other)
    expect(names(queues.extend(taken, 3))).to eq(%w[a1 a2 b1])
    expect(names(take)).to eq(%w[c1])
    queues.release(taken)
    expect(queues).to have_attributes(ready?: false, size: 0)
  end

  it "takes requests again that were given back, in order, and alone if they became so" do
    %w[a1 a2 b1].each { |name| add(name, name[0]) }
    taken = take
    queues.give_back(taken)
    expect(queues.size).to eq(3)
    expect(names(taken = take)).to eq(%w[a1 a2 b1])
    taken.each { |request| request.sender = nil }
    queues.give_back(taken)
    first = take
    expect([names(first), names(take), take]).to eq([%w[a1], %w[b1], nil])
    queues.release(first)
    expect(names(take)).to eq(%w[a2])
  end

  it "lets the next request follow when all requests of a channel are released one by one" do
    3.times { |number| add("a#{number}", "a") }
    taken = take(2)
    queues.release([taken.first])
    expect(take).to be_nil
    queues.release([taken.last])
    expect(names(take)).to eq(%w[a2])
  end

  it "forgets channels that were served" do
    add("a", "a")
    queues.release(take)
    expect(queues.instance_variable_get(:@queues)).to be_empty
    expect(queues.instance_variable_get(:@ready)).to be_empty
  end
end
