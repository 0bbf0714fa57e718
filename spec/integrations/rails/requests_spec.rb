# frozen_string_literal: true

# Each example boots an application in a separate process, and sends it requests.
RSpec.describe "Requests to a Rails application" do
  # Sends a request; prints its status and its body.
  ask = <<~RUBY
    require "rack/mock"
    def ask(path, body = "", **headers)
      environment = Rack::MockRequest.env_for(path, method: "POST", input: body, "HTTP_HOST" => "localhost",
        "CONTENT_TYPE" => "application/x-www-form-urlencoded", **headers.transform_keys(&:to_s))
      reply = Rack::MockResponse.new(*Rails.application.call(environment))
      puts [reply.status, reply.body].join(" ")
    end
  RUBY

  def requests(program, files: {}, configuration: "", **options)
    files = { **RailsApplication.configured("#{configuration}\nconfig.log_level = :warn"), **files }
    boot(program, files:, environment: { "PUSHER_URL" => endpoint.url }, **options)
  end

  def routes(*lines) = { "config/routes.rb" => "Rails.application.routes.draw do\n#{lines.join("\n")}\nend\n" }

  def data = endpoint.events.map { |event| JSON.parse(event.data) }

  describe "publish the objects of Rails as Rails writes them as JSON:" do
    it "times with a zone, durations, decimals, safe Strings" do
      requests(<<~RUBY)
        Time.zone = "Tokyo"
        Pusher.trigger("a", "b", { at: Time.zone.local(2020, 1, 2, 3), on: Date.new(2020, 1, 2), for: 5.minutes,
                                   price: BigDecimal("1.5"), html: "<b>".html_safe, range: 1..2, name: :news })
        Pusher.trigger_batch({ channel: "a", name: "b", data: { at: Time.zone.local(2020, 1, 2, 3) } })
        Pusher.trigger_async("a", "b", { at: Time.zone.local(2020, 1, 2, 3) }).pop
      RUBY
      at = "2020-01-02T03:00:00.000+09:00"
      expect(data).to eq([{ "at" => at, "on" => "2020-01-02", "for" => 300, "price" => "1.5", "html" => "<b>",
                            "range" => "1..2", "name" => "news" }, { "at" => at }, { "at" => at }])
    end

    it "Hashes with indifferent access, as data and as params" do
      requests(<<~RUBY)
        params = { info: "subscription_count", "socket_id" => "1.1" }.with_indifferent_access
        Pusher.trigger("a", "b", { "x" => { y: 1 } }.with_indifferent_access, params)
        Pusher.trigger_batch(params.merge(channel: "a", name: "b", data: 2))
      RUBY
      expect(data).to eq([{ "x" => { "y" => 1 } }, 2])
      expect(endpoint.events.map(&:socket_id)).to eq(%w[1.1 1.1])
      expect(endpoint.requests.map { |request| request.body.scan("socket_id").size }).to eq([1, 1])
    end

    it "models, by their as_json" do
      requests(<<~RUBY)
        # As a model that selects attributes.
        class Order
          def initialize(**attributes) = @attributes = attributes
          def as_json(options = nil) = @attributes.except(:secret).as_json(options)
        end
        class Line
          def as_json(*) = { line: 1 }
        end
        order = Order.new(id: 7, at: Time.utc(2020), secret: "x")
        Pusher.trigger("a", "b", order)
        Pusher.trigger("a", "b", { orders: [order], line: Line.new })
        Pusher.trigger_async("a", "b", order).pop
      RUBY
      order = { "id" => 7, "at" => "2020-01-01T00:00:00.000Z" }
      expect(data).to eq([order, { "orders" => [order], "line" => { "line" => 1 } }, order])
    end

    controller = { "app/controllers/messages_controller.rb" => <<~RUBY }
      class MessagesController < ActionController::API
        def create
          Pusher.trigger(params[:channel], "created", params.require(:message).permit(:text, tags: []))
          Pusher.trigger("all", "created", { message: params.require(:message).permit(:text) },
                         params.permit(:socket_id))
          render json: Pusher.authenticate("presence-a", params[:socket_id],
                                           params.require(:user).permit(:user_id).to_h)
        end
      end
    RUBY

    it "parameters of controllers" do
      output = requests(<<~RUBY, files: { **controller, **routes("post \"/messages\", to: \"messages#create\"") })
        #{ask}
        ask("/messages", "channel=news&message[text]=hi&message[tags][]=a&message[other]=1&socket_id=1.1&user[user_id]=7")
      RUBY
      expect(data).to eq([{ "text" => "hi", "tags" => ["a"] }, { "message" => { "text" => "hi" } }])
      expect(endpoint.events.map(&:socket_id)).to eq([nil, "1.1"])
      expect(output).to start_with("200 ")
      expect(endpoint.subscribe("presence-a", auth: JSON.parse(output.delete_prefix("200 "))).member.user_id).to eq("7")
    end
  end

  describe "that name a socket in the header X-Socket-ID" do
    create = <<~RUBY
      def create
        Pusher.trigger("chat", "message", params[:text])
        Pusher.trigger_async("chat", "message", params[:text]).pop
        render plain: Pusher.excluded_socket_id.inspect
      end
    RUBY
    controllers = {
      "app/controllers/messages_controller.rb" => "class MessagesController < ApplicationController\n#{create}\nend\n",
      "app/controllers/others_controller.rb" => "class OthersController < ActionController::API\n#{create}\nend\n",
      "app/controllers/application_controller.rb" => "class ApplicationController < ActionController::API\nend\n"
    }
    paths = ["post \"/messages\", to: \"messages#create\"", "post \"/others\", to: \"others#create\""]
    program = <<~RUBY
      #{ask}
      ask("/messages", "text=1", HTTP_X_SOCKET_ID: "1.1")
      ask("/messages", "text=2", HTTP_X_SOCKET_ID: "none")
      ask("/messages", "text=3")
      ask("/others", "text=4", HTTP_X_SOCKET_ID: "2.2")
    RUBY

    it "exclude it in all controllers, with config.pusher.exclude_socket" do
      output = requests(program, files: { **controllers, **routes(*paths) },
                                 configuration: "config.pusher.exclude_socket = true")
      expect(output.lines(chomp: true)).to eq(["200 \"1.1\"", "200 nil", "200 nil", "200 \"2.2\""])
      expect(endpoint.events.map(&:socket_id)).to eq(["1.1", "1.1", nil, nil, nil, nil, "2.2", "2.2"])
    end

    it "exclude it in the controllers that include the module" do
      including = <<~RUBY
        require "pusher/exclude_socket"
        class ApplicationController < ActionController::API
          include Pusher::ExcludeSocket::Controller
        end
      RUBY
      files = { **controllers, **routes(*paths), "app/controllers/application_controller.rb" => including }
      output = requests(program, files:)
      expect(output.lines(chomp: true)).to eq(["200 \"1.1\"", "200 nil", "200 nil", "200 nil"])
    end

    it "exclude none otherwise" do
      requests(program, files: { **controllers, **routes(*paths) })
      expect(endpoint.events.map(&:socket_id)).to eq([nil] * 8)
    end
  end

  describe "after the code has changed" do
    files = {
      "config/routes.rb" => <<~RUBY,
        Rails.application.routes.draw do
          post "/messages", to: "messages#create"
          post "/pusher/auth", to: AUTHORIZATION
        end
      RUBY
      "app/models/message.rb" => <<~RUBY,
        class Message
          def as_json(*) = { text: "old" }
          def self.visible? = false
        end
      RUBY
      "app/controllers/messages_controller.rb" => <<~RUBY,
        class MessagesController < ActionController::API
          def create
            Pusher.trigger("news", "created", Message.new)
            head :created
          end
        end
      RUBY
      "config/initializers/pusher.rb" => <<~RUBY
        require "pusher/authorization"
        AUTHORIZATION = Pusher::Authorization.new { private_channel("private-*name") { Message.visible? } }
      RUBY
    }

    it "use the new code, the same client and one log line each" do
      output = requests(<<~RUBY, files:, configuration: "config.pusher.log = true; config.cache_classes = false")
        #{ask}
        Rails.logger.level = :info
        client = Pusher.default_client
        ask("/messages")
        ask("/pusher/auth", "socket_id=1.1&channel_name=private-a")
        File.write("app/models/message.rb", File.read("app/models/message.rb").sub("old", "new").sub("false", "true"))
        Rails.application.reloader.reload!
        ask("/messages")
        ask("/pusher/auth", "socket_id=1.1&channel_name=private-a")
        p client.equal?(Pusher.default_client)
      RUBY
      expect(data).to eq([{ "text" => "old" }, { "text" => "new" }])
      expect(output.scan(/^\d{3} /)).to eq(["201 ", "403 ", "201 ", "200 "])
      expect(output.scan("Pusher POST").size).to eq(2)
      expect(output.lines.last).to eq("true\n")
    end
  end
end
