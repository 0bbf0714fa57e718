# frozen_string_literal: true

require "json"

module ChannelsApi
  # The HTTP API: the replies to requests that passed the checks.
  class Routes
    MAX_BATCH = 10

    def initialize(app, ledger, audience)
      @root = "/apps/#{app.id}"
      @ledger = ledger
      @audience = audience
    end

    def call(request)
      handler, *captures = route(request)
      raise Refusal.new(404, "There is no #{request.verb} #{request.path}") unless handler

      Reply.json(send(handler, request, *captures))
    end

    private

    def route(request)
      case "#{request.verb} #{request.path.delete_prefix(@root)}"
      when "POST /events" then [:publish]
      when "POST /batch_events" then [:publish_batch]
      when "GET /channels" then [:list]
      when %r{\AGET /channels/([^/]+)\z} then [:describe, Regexp.last_match(1)]
      when %r{\AGET /channels/([^/]+)/users\z} then [:users, Regexp.last_match(1)]
      when %r{\APOST /users/([^/]+)/terminate_connections\z} then [:terminate, Regexp.last_match(1)]
      end
    end

    def publish(request)
      event = Event.single(object(request))
      accept([event])
      event.info.empty? ? {} : { "channels" => event.channels.to_h { |name| [name, attributes(name, event.info)] } }
    end

    def publish_batch(request)
      batch = object(request)["batch"]
      refuse "batch must be an Array" unless batch.is_a?(Array)
      refuse "a batch holds 1 to #{MAX_BATCH} events, not #{batch.size}" unless batch.size.between?(1, MAX_BATCH)

      events = batch.map { |params| Event.batched(params) }
      accept(events)
      return {} if events.all? { |event| event.info.empty? }

      { "batch" => events.map { |event| attributes(event.channel, event.info) } }
    end

    def list(request)
      prefix = request.query["filter_by_prefix"].to_s
      info = asked(request)
      if info.include?("user_count") && !prefix.start_with?("presence-")
        refuse "user_count is known for presence channels only: set filter_by_prefix"
      end
      names = @audience.channels.select { |name| name.start_with?(prefix) }
      { "channels" => names.to_h { |name| [name, attributes(name, info)] } }
    end

    def describe(request, name)
      { "occupied" => @audience.subscription_count(name).positive? }.merge(attributes(name, asked(request)))
    end

    def users(_request, name)
      refuse "users are known for presence channels only" unless name.start_with?("presence-")

      { "users" => @audience.user_ids(name).map { |id| { "id" => id } } }
    end

    def terminate(_request, _user_id)
      {}
    end

    def accept(events)
      @ledger.published(events)
      events.each { |event| @audience.deliver(event) }
    end

    def attributes(name, info)
      info.to_h { |attribute| [attribute, attribute_of(name, attribute)] }
    end

    def attribute_of(name, attribute)
      case attribute
      when "subscription_count" then @audience.subscription_count(name)
      when "user_count" then user_count(name)
      else refuse "#{attribute.inspect} is no attribute of a channel"
      end
    end

    def user_count(name)
      refuse "user_count is known for presence channels only" unless name.start_with?("presence-")

      @audience.user_ids(name).size
    end

    def asked(request)
      request.query["info"].to_s.split(",")
    end

    def object(request)
      json = request.json
      json.is_a?(Hash) ? json : refuse("the body must be a JSON object")
    rescue JSON::ParserError => e
      refuse "the body is no JSON: #{e.message}"
    end

    def refuse(sentence)
      raise Refusal.new(400, "Bad request: #{sentence}")
    end
  end
end
