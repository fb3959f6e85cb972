package rag.stores;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Hangs up on a client that sends, or announces, more than a login takes before it has logged in. */
final class LoginGuard extends ChannelDuplexHandler {

    private static final int MOST_BYTES = 64 << 10;

    private static final int SMALLEST_MESSAGE = 16; // a header

    private final Logins logins;
    private int unanswered;

    LoginGuard(Logins logins) {
        this.logins = logins;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof ByteBuf bytes && !logins.isIn(context.channel())) {
            boolean begins = unanswered == 0 && bytes.readableBytes() >= Integer.BYTES;
            unanswered += bytes.readableBytes();
            if (unanswered > MOST_BYTES || (begins && isTooLong(bytes.getIntLE(bytes.readerIndex())))) {
                bytes.release();
                context.close();
                return;
            }
        }
        super.channelRead(context, message);
    }

    /** What the first bytes of a message say of its length; those of another protocol say anything. */
    private static boolean isTooLong(int announced) {
        return announced < SMALLEST_MESSAGE || announced > MOST_BYTES;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        unanswered = 0;
        super.write(context, message, promise);
    }
}
