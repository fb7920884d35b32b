<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>AcceptPrompt</name>
    <message>
        <source>Your engineer asks</source>
        <translation>担当者からの確認</translation>
    </message>
    <message>
        <source>Decline</source>
        <translation>許可しない</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>許可する</translation>
    </message>
    <message>
        <source>Please read first…</source>
        <translation>内容をご確認ください…</translation>
    </message>
    <message>
        <source>What your engineer may do</source>
        <translation>担当者に許可する操作</translation>
    </message>
    <message>
        <source>You can change this or end at any time.</source>
        <translation>許可の変更や終了は、いつでもできます。</translation>
    </message>
    <message>
        <source>asks to help you on this computer.</source>
        <translation>このパソコンでのサポートを希望しています。</translation>
    </message>
    <message>
        <source>asks for more:</source>
        <translation>次の許可を求めています。</translation>
    </message>
    <message>
        <source>Comparison code {code}</source>
        <translation>照合コード {code}</translation>
    </message>
    <message>
        <source>Read this code to your engineer: he must see the same. If he does not, decline.</source>
        <translation>このコードを担当者に読み上げてください。担当者の画面と違う場合は、許可しないでください。</translation>
    </message>
</context>
<context>
    <name>Acts</name>
    <message>
        <source>Session started on server {server}</source>
        <translation>サーバー {server} でセッションを開始しました</translation>
    </message>
    <message>
        <source>Paired with {who}; comparison code {code}</source>
        <translation>{who} と照合しました（照合コード {code}）</translation>
    </message>
    <message>
        <source>The number did not fit; tries left: {left}</source>
        <translation>番号が一致しませんでした（残り {left} 回）</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>接続しました</translation>
    </message>
    <message>
        <source>The engineer asked: {features}</source>
        <translation>担当者が許可を求めました：{features}</translation>
    </message>
    <message>
        <source>The customer allowed: {features}</source>
        <translation>お客様が許可しました：{features}</translation>
    </message>
    <message>
        <source>Refused: {features}</source>
        <translation>拒否しました：{features}</translation>
    </message>
    <message>
        <source>The customer said no</source>
        <translation>お客様は許可しませんでした</translation>
    </message>
    <message>
        <source>No longer allowed: {features}</source>
        <translation>許可を取り消しました：{features}</translation>
    </message>
    <message>
        <source>Everything paused: {why}</source>
        <translation>すべて一時停止しました：{why}</translation>
    </message>
    <message>
        <source>No longer paused: {why}</source>
        <translation>一時停止を解除しました：{why}</translation>
    </message>
    <message>
        <source>The screen is shown to the engineer</source>
        <translation>担当者への画面表示を開始しました</translation>
    </message>
    <message>
        <source>The screen is no longer shown</source>
        <translation>担当者への画面表示を停止しました</translation>
    </message>
    <message>
        <source>The engineer used mouse and keyboard ({counts})</source>
        <translation>担当者がマウスとキーボードを操作しました({counts})</translation>
    </message>
    <message>
        <source>Input of the engineer was refused ({counts})</source>
        <translation>担当者の操作を受け付けませんでした({counts})</translation>
    </message>
    <message>
        <source>Chat message sent</source>
        <translation>チャットを送信しました</translation>
    </message>
    <message>
        <source>Chat message received</source>
        <translation>チャットを受信しました</translation>
    </message>
    <message>
        <source>A channel was closed because of wrong messages ({code})</source>
        <translation>不正なメッセージのため通信路を閉じました（{code}）</translation>
    </message>
    <message>
        <source>Both records compared; short code {code}</source>
        <translation>双方の記録を照合しました（短縮コード {code}）</translation>
    </message>
    <message>
        <source>The session ended: {why}</source>
        <translation>セッションが終了しました：{why}</translation>
    </message>
    <message>
        <source>The customer ended the session</source>
        <translation>お客様がセッションを終了しました</translation>
    </message>
    <message>
        <source>The engineer ended the session</source>
        <translation>担当者がセッションを終了しました</translation>
    </message>
    <message>
        <source>The engineer asked too often; not shown: {count}</source>
        <translation>担当者からの要求が多すぎたため、表示しませんでした：{count} 件</translation>
    </message>
    <message>
        <source>connection lost</source>
        <translation>接続が切れたため</translation>
    </message>
    <message>
        <source>screen locked</source>
        <translation>画面ロックのため</translation>
    </message>
    <message>
        <source>keys</source>
        <translation>キー</translation>
    </message>
    <message>
        <source>texts</source>
        <translation>文字入力</translation>
    </message>
    <message>
        <source>mouse buttons</source>
        <translation>マウスボタン</translation>
    </message>
    <message>
        <source>pointer moves</source>
        <translation>ポインター移動</translation>
    </message>
    <message>
        <source>wheel turns</source>
        <translation>ホイール</translation>
    </message>
</context>
<context>
    <name>ChatPanel</name>
    <message>
        <source>Nothing written yet.</source>
        <translation>まだメッセージはありません。</translation>
    </message>
    <message>
        <source>Chat message</source>
        <translation>チャットのメッセージ</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>メッセージを入力</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>送信</translation>
    </message>
    <message>
        <source>You</source>
        <translation>自分</translation>
    </message>
    <message>
        <source>Other side</source>
        <translation>相手</translation>
    </message>
    <message>
        <source>Chat is switched off</source>
        <translation>チャットはオフです</translation>
    </message>
    <message>
        <source>Chat messages</source>
        <translation>チャットの履歴</translation>
    </message>
</context>
<context>
    <name>ChatSide</name>
    <message>
        <source>Ask for chat</source>
        <translation>チャットの許可を求める</translation>
    </message>
    <message>
        <source>The customer has not allowed chat.</source>
        <translation>お客様がチャットを許可していません。</translation>
    </message>
</context>
<context>
    <name>ChatWindow</name>
    <message>
        <source>Chat with your engineer</source>
        <translation>担当者とのチャット</translation>
    </message>
</context>
<context>
    <name>Chip</name>
    <message>
        <source>%1: not allowed</source>
        <translation>%1：許可なし</translation>
    </message>
    <message>
        <source>%1: paused</source>
        <translation>%1：一時停止中</translation>
    </message>
    <message>
        <source>%1: allowed</source>
        <translation>%1：許可済み</translation>
    </message>
</context>
<context>
    <name>ConnectionSign</name>
    <message>
        <source>Connection: interrupted</source>
        <translation>接続: 中断</translation>
    </message>
    <message>
        <source>Connection: good</source>
        <translation>接続: 良好</translation>
    </message>
    <message>
        <source>Connection: a bit unstable</source>
        <translation>接続: やや不安定</translation>
    </message>
    <message>
        <source>Connection: unstable</source>
        <translation>接続: 不安定</translation>
    </message>
    <message>
        <source>Connection: a bit slow</source>
        <translation>接続: やや遅い</translation>
    </message>
    <message>
        <source>Connection: slow</source>
        <translation>接続: 遅い</translation>
    </message>
    <message>
        <source>The screen changes faster than the line can carry it.</source>
        <translation>画面の変化に回線の速さが追いついていません。</translation>
    </message>
    <message>
        <source>It takes long until an answer comes back.</source>
        <translation>通信の往復に時間がかかっています。</translation>
    </message>
    <message>
        <source>Some of what is sent gets lost on the way and is sent again.</source>
        <translation>途中で失われたデータを送り直しています。</translation>
    </message>
</context>
<context>
    <name>Console</name>
    <message>
        <source>Check the connection…</source>
        <translation>接続を確認する…</translation>
    </message>
    <message>
        <source>remotedesk - support engineer</source>
        <translation>remotedesk - サポート担当者</translation>
    </message>
    <message>
        <source>Signing in…</source>
        <translation>サインインしています…</translation>
    </message>
    <message>
        <source>Making a number…</source>
        <translation>番号を発行しています…</translation>
    </message>
</context>
<context>
    <name>CustomerFlow</name>
    <message>
        <source>Looking for your engineer…</source>
        <translation>担当者に接続しています…</translation>
    </message>
    <message>
        <source>Your engineer allows another try. Please type the number again.</source>
        <translation>もう一度入力できます。番号を入力し直してください。</translation>
    </message>
    <message>
        <source>Checking the number with your engineer…</source>
        <translation>番号を確認しています…</translation>
    </message>
    <message>
        <source>Your engineer is there. His question comes in a moment…</source>
        <translation>担当者につながりました。まもなく確認画面が表示されます…</translation>
    </message>
    <message>
        <source>Waiting for your engineer…</source>
        <translation>担当者の応答を待っています…</translation>
    </message>
    <message>
        <source>Your engineer has been told and can allow another try.</source>
        <translation>担当者にも通知しました。担当者が許可すると、もう一度入力できます。</translation>
    </message>
    <message>
        <source>Tries left: {count}</source>
        <translation>残り {count} 回</translation>
    </message>
    <message>
        <source>The number did not fit</source>
        <translation>番号が一致しませんでした</translation>
    </message>
    <message>
        <source>You ended the session. Nothing is shared any more.</source>
        <translation>セッションを終了しました。共有はすべて停止しています。</translation>
    </message>
</context>
<context>
    <name>CustomerPage</name>
    <message>
        <source>&amp;Ask the customer</source>
        <translation>お客様に許可を求める(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;End</source>
        <translation>終了(&amp;E)</translation>
    </message>
    <message>
        <source>End the session</source>
        <translation>セッションを終了する</translation>
    </message>
    <message>
        <source>has typed your number</source>
        <translation>様が番号を入力しました</translation>
    </message>
    <message>
        <source>Compare this code on the phone. If the customer sees another one, end the session.</source>
        <translation>電話でこのコードを照合してください。お客様の画面と違う場合は、セッションを終了してください。</translation>
    </message>
    <message>
        <source>What to ask for</source>
        <translation>許可を求める内容</translation>
    </message>
    <message>
        <source>The customer said no. Talk it over and ask again.</source>
        <translation>お客様は許可しませんでした。ご説明のうえ、もう一度お求めください。</translation>
    </message>
    <message>
        <source>Accepted: %1</source>
        <translation>許可：%1</translation>
    </message>
    <message>
        <source>Not accepted: %1</source>
        <translation>許可なし：%1</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>接続しています…</translation>
    </message>
    <message>
        <source>Asked. Waiting for the customer&apos;s answer…</source>
        <translation>許可を求めました。お客様の回答を待っています…</translation>
    </message>
</context>
<context>
    <name>CustomerWindow</name>
    <message>
        <source>Remote support</source>
        <translation>リモートサポート</translation>
    </message>
</context>
<context>
    <name>EndPage</name>
    <message>
        <source>Open the record</source>
        <translation>記録を開く</translation>
    </message>
    <message>
        <source>Save the record…</source>
        <translation>記録を保存…</translation>
    </message>
    <message>
        <source>Type another number</source>
        <translation>別の番号を入力</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Your engineer should see the same code. Then both records agree.</source>
        <translation>担当者の画面にも同じコードが表示されていれば、双方の記録は一致しています。</translation>
    </message>
    <message>
        <source>The connection broke before both records could be compared. Yours is complete.</source>
        <translation>照合の前に接続が切れました。お手元の記録は完全です。</translation>
    </message>
    <message>
        <source>Record of this session</source>
        <translation>このセッションの記録</translation>
    </message>
    <message>
        <source>The session is over</source>
        <translation>セッションは終了しました</translation>
    </message>
    <message>
        <source>&amp;New number</source>
        <translation>新しい番号(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;View the record</source>
        <translation>記録を表示(&amp;V)</translation>
    </message>
    <message>
        <source>Code of the record</source>
        <translation>記録のコード</translation>
    </message>
    <message>
        <source>You have ended the session.</source>
        <translation>セッションを終了しました。</translation>
    </message>
    <message>
        <source>Length %1</source>
        <translation>時間 %1</translation>
    </message>
    <message>
        <source>Comparing records with the customer&apos;s side…</source>
        <translation>お客様側の記録と照合しています…</translation>
    </message>
    <message>
        <source>The customer sees the same code. It shows that both records are of this session.</source>
        <translation>お客様の画面にも同じコードが表示されます。双方の記録がこのセッションのものであることを示します。</translation>
    </message>
    <message>
        <source>The customer&apos;s side could not be reached to compare records. Yours is kept here.</source>
        <translation>お客様側と通信できず、記録を照合できませんでした。こちらの記録は保存されています。</translation>
    </message>
</context>
<context>
    <name>Features</name>
    <message>
        <source>, </source>
        <comment>between two items of a list</comment>
        <translation>、</translation>
    </message>
    <message>
        <source>See the screen</source>
        <translation>画面の表示</translation>
    </message>
    <message>
        <source>Mouse and keyboard</source>
        <translation>マウスとキーボードの操作</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>チャット</translation>
    </message>
    <message>
        <source>Draw on the screen</source>
        <translation>画面への書き込み</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>音声</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>カメラ</translation>
    </message>
    <message>
        <source>Files to the customer</source>
        <translation>お客様へのファイル送信</translation>
    </message>
    <message>
        <source>Files from the customer</source>
        <translation>お客様からのファイル受信</translation>
    </message>
    <message>
        <source>Clipboard to the customer</source>
        <translation>お客様へのクリップボード</translation>
    </message>
    <message>
        <source>Clipboard from the customer</source>
        <translation>お客様からのクリップボード</translation>
    </message>
    <message>
        <source>View</source>
        <translation>表示</translation>
    </message>
    <message>
        <source>Control</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>書き込み</translation>
    </message>
    <message>
        <source>Files in</source>
        <translation>受信</translation>
    </message>
    <message>
        <source>Files out</source>
        <translation>送信</translation>
    </message>
    <message>
        <source>Paste in</source>
        <translation>貼り付け</translation>
    </message>
    <message>
        <source>Copy out</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Your engineer sees everything on your screen.</source>
        <translation>担当者が、お客様の画面全体を見ます。</translation>
    </message>
    <message>
        <source>Your engineer can click and type on your computer while you watch.</source>
        <translation>担当者がマウスとキーボードを操作します。操作はすべて画面で確認できます。</translation>
    </message>
    <message>
        <source>You and your engineer can write to each other.</source>
        <translation>担当者と文字でやり取りします。</translation>
    </message>
    <message>
        <source>Your engineer can draw circles and arrows on your screen.</source>
        <translation>担当者が、画面に丸や矢印を描きます。</translation>
    </message>
    <message>
        <source>You and your engineer can talk through your headset.</source>
        <translation>担当者とヘッドセットで会話します。</translation>
    </message>
    <message>
        <source>Your engineer sees the picture of your camera.</source>
        <translation>担当者が、カメラの映像を見ます。</translation>
    </message>
    <message>
        <source>Your engineer can send you files.</source>
        <translation>担当者からファイルを受け取ります。</translation>
    </message>
    <message>
        <source>You can send files to your engineer.</source>
        <translation>担当者へファイルを送ります。</translation>
    </message>
    <message>
        <source>What your engineer copies, you can paste.</source>
        <translation>担当者がコピーした内容を貼り付けられます。</translation>
    </message>
    <message>
        <source>What you copy, your engineer can paste.</source>
        <translation>お客様がコピーした内容を、担当者が貼り付けられます。</translation>
    </message>
</context>
<context>
    <name>Findings</name>
    <message>
        <source>Failed: {count}</source>
        <translation>異常が {count} 件あります。</translation>
    </message>
    <message>
        <source>Everything that was tried works.</source>
        <translation>確認した項目はすべて正常です。</translation>
    </message>
    <message>
        <source>{width} × {height} pixels, read in {ms} ms</source>
        <translation>{width} × {height} ピクセル、読み取り {ms} ミリ秒</translation>
    </message>
    <message>
        <source>{ms} ms a picture</source>
        <translation>1 枚あたり {ms} ミリ秒</translation>
    </message>
    <message>
        <source>connected in {ms} ms</source>
        <translation>{ms} ミリ秒で接続</translation>
    </message>
    <message>
        <source>ok</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>異常</translation>
    </message>
    <message>
        <source>not here</source>
        <translation>対象外</translation>
    </message>
    <message>
        <source>this system can share its screen</source>
        <translation>このシステムの画面を共有できる</translation>
    </message>
    <message>
        <source>the screen is read, and a change in it is seen</source>
        <translation>画面を読み取り、変化を検出できる</translation>
    </message>
    <message>
        <source>the pointer is read</source>
        <translation>マウスポインターを読み取れる</translation>
    </message>
    <message>
        <source>the keys to end and to come to the bar are free</source>
        <translation>終了キーとバーへ移るキーが空いている</translation>
    </message>
    <message>
        <source>locking the screen is noticed</source>
        <translation>画面のロックを検知できる</translation>
    </message>
    <message>
        <source>your own mouse and keyboard are told from the engineer’s</source>
        <translation>ご自身のマウス・キーボード操作と担当者の操作を区別できる</translation>
    </message>
    <message>
        <source>a click and a text arrive in another window</source>
        <translation>別のウィンドウにクリックと文字入力が届く</translation>
    </message>
    <message>
        <source>a window can be kept out of the picture</source>
        <translation>ウィンドウを共有画面から除外できる</translation>
    </message>
    <message>
        <source>moving pictures with x264</source>
        <translation>x264 による動画</translation>
    </message>
    <message>
        <source>moving pictures with SVT-AV1</source>
        <translation>SVT-AV1 による動画</translation>
    </message>
    <message>
        <source>moving pictures with the graphics card</source>
        <translation>グラフィックカードによる動画</translation>
    </message>
    <message>
        <source>the system knows certificate authorities</source>
        <translation>システムに証明機関が登録されている</translation>
    </message>
    <message>
        <source>the server answers and proves who it is</source>
        <translation>サーバーが応答し、正しいサーバーだと確認できる</translation>
    </message>
    <message>
        <source>the screen of this system cannot be shared</source>
        <translation>このシステムの画面は共有できません</translation>
    </message>
    <message>
        <source>what was drawn is not in the picture</source>
        <translation>描いた内容が読み取った画面にありません</translation>
    </message>
    <message>
        <source>the text field is not in the picture</source>
        <translation>入力欄が読み取った画面にありません</translation>
    </message>
    <message>
        <source>another text arrived, or none; please leave mouse and keyboard alone</source>
        <translation>文字が届かないか、違う文字が届きました。確認中はマウスとキーボードに触れないでください</translation>
    </message>
    <message>
        <source>only with --self-test, since it clicks and types</source>
        <translation>クリックと文字入力を行うため、--self-test を付けたときだけ確認します</translation>
    </message>
    <message>
        <source>the engineer sees this program’s windows, too</source>
        <translation>このプログラムのウィンドウも担当者に見えます</translation>
    </message>
    <message>
        <source>not part of this program</source>
        <translation>このプログラムには含まれていません</translation>
    </message>
    <message>
        <source>the pictures that it makes are not right</source>
        <translation>作られた画像が正しくありません</translation>
    </message>
    <message>
        <source>no card does it; the processor does</source>
        <translation>使えるカードがないため、CPU で処理します</translation>
    </message>
    <message>
        <source>it knows none, so no server can prove who it is</source>
        <translation>登録がないため、どのサーバーも確認できません</translation>
    </message>
</context>
<context>
    <name>FindingsWindow</name>
    <message>
        <source>remotedesk: what works on this machine</source>
        <translation>remotedesk: この PC の動作確認</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>確認結果</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
</context>
<context>
    <name>FloatingBar</name>
    <message>
        <source>Show the bar</source>
        <translation>バーを表示</translation>
    </message>
</context>
<context>
    <name>Network</name>
    <message>
        <source>Looking for a way to the server…</source>
        <translation>サーバーへの経路を探しています…</translation>
    </message>
    <message>
        <source>Trying the ways for screen and voice…</source>
        <translation>画面と音声の経路を試しています…</translation>
    </message>
    <message>
        <source>Measuring the line…</source>
        <translation>回線を測定しています…</translation>
    </message>
    <message>
        <source>What was tried</source>
        <translation>試した経路</translation>
    </message>
    <message>
        <source>What to expect</source>
        <translation>使い心地の見込み</translation>
    </message>
    <message>
        <source>Measured between this computer and the server</source>
        <translation>このパソコンとサーバーの間の測定値</translation>
    </message>
    <message>
        <source>What the network has to allow</source>
        <translation>ネットワークで許可が必要な通信</translation>
    </message>
    <message>
        <source>remotedesk network check</source>
        <translation>remotedesk 接続確認の結果</translation>
    </message>
    <message>
        <source>This page names no person, no address of this computer and no password.</source>
        <translation>このページには、氏名、このパソコンのアドレス、パスワードは含まれていません。</translation>
    </message>
    <message>
        <source>How everything is encrypted and what the server stores: {page}</source>
        <translation>暗号化の方法とサーバーに保存される情報：{page}</translation>
    </message>
    <message>
        <source>Remote support works from this network.</source>
        <translation>このネットワークでリモートサポートを利用できます。</translation>
    </message>
    <message>
        <source>Remote support works from this network, but it will feel slow.</source>
        <translation>このネットワークでリモートサポートを利用できますが、動作が遅く感じられる見込みです。</translation>
    </message>
    <message>
        <source>Please close what else uses the line, or use a cable instead of Wi-Fi.</source>
        <translation>回線を使うほかのソフトウェアを終了するか、Wi-Fiの代わりに有線LANをお使いください。</translation>
    </message>
    <message>
        <source>It takes a detour, since UDP is blocked. Allowing UDP would make it smoother.</source>
        <translation>UDPが遮断されているため、迂回した経路を使います。UDPを許可すると、より滑らかになります。</translation>
    </message>
    <message>
        <source>The server is reached, but no way for screen and voice was found.</source>
        <translation>サーバーには接続できますが、画面と音声の経路が見つかりません。</translation>
    </message>
    <message>
        <source>Please ask your IT department to allow one of the ways below.</source>
        <translation>下記のいずれかの経路を許可するよう、情報システム部門にご依頼ください。</translation>
    </message>
    <message>
        <source>The server is not reached from this network.</source>
        <translation>このネットワークからサーバーに接続できません。</translation>
    </message>
    <message>
        <source>Please hand this page to your IT department.</source>
        <translation>このページを情報システム部門にお渡しください。</translation>
    </message>
    <message>
        <source>Screen</source>
        <translation>画面</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>音声</translation>
    </message>
    <message>
        <source>Encryption</source>
        <translation>暗号化</translation>
    </message>
    <message>
        <source>Screen, control and voice are encrypted between the two computers in any case.</source>
        <translation>画面、操作、音声は、いずれの場合も2台のパソコンの間で暗号化されます。</translation>
    </message>
    <message>
        <source>TLS to the server is opened on the way by “{issuer}”.</source>
        <translation>サーバーへのTLSは、途中で「{issuer}」によって復号されています。</translation>
    </message>
    <message>
        <source>nobody opens TLS on the way to the server</source>
        <translation>サーバーまでの途中でTLSは復号されていません</translation>
    </message>
    <message>
        <source>the server’s certificate was issued by “{issuer}”</source>
        <translation>サーバー証明書の発行者は「{issuer}」です</translation>
    </message>
    <message>
        <source>whether TLS is opened on the way is not known</source>
        <translation>途中でTLSが復号されているかどうかは不明です</translation>
    </message>
    <message>
        <source>Server (HTTPS, WebSocket)</source>
        <translation>サーバー（HTTPS、WebSocket）</translation>
    </message>
    <message>
        <source>through the proxy {proxy}, {source}</source>
        <translation>プロキシ {proxy} 経由、{source}</translation>
    </message>
    <message>
        <source>{proxy}, {login}</source>
        <translation>{proxy}、{login}</translation>
    </message>
    <message>
        <source>TLS is opened by “{issuer}”, which this computer does not trust</source>
        <translation>TLSが「{issuer}」によって復号されており、このパソコンはそれを信頼していません</translation>
    </message>
    <message>
        <source>works</source>
        <translation>使えます</translation>
    </message>
    <message>
        <source>works, {ms} ms</source>
        <translation>使えます、{ms} ms</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>往復時間</translation>
    </message>
    <message>
        <source>From the server</source>
        <translation>サーバーから（下り）</translation>
    </message>
    <message>
        <source>To the server</source>
        <translation>サーバーへ（上り）</translation>
    </message>
    <message>
        <source>Lost on the way (UDP)</source>
        <translation>パケット損失（UDP）</translation>
    </message>
    <message>
        <source>Address translation (NAT)</source>
        <translation>アドレス変換（NAT）</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>測定できませんでした</translation>
    </message>
    <message>
        <source>more than {rate}</source>
        <translation>{rate}を超えています</translation>
    </message>
    <message>
        <source>comfortable</source>
        <translation>快適に使えます</translation>
    </message>
    <message>
        <source>works, with some delay</source>
        <translation>使えますが、やや遅れがあります</translation>
    </message>
    <message>
        <source>slow: expect delays</source>
        <translation>遅く、待ち時間が生じます</translation>
    </message>
    <message>
        <source>Direct connection (UDP)</source>
        <translation>直接接続（UDP）</translation>
    </message>
    <message>
        <source>Relay over TLS</source>
        <translation>TLSでの中継</translation>
    </message>
    <message>
        <source>Relay over TLS, by proxy</source>
        <translation>TLSでの中継（プロキシ経由）</translation>
    </message>
    <message>
        <source>Relay in a WebSocket</source>
        <translation>WebSocketでの中継</translation>
    </message>
    <message>
        <source>Relay in a WebSocket, by proxy</source>
        <translation>WebSocketでの中継（プロキシ経由）</translation>
    </message>
    <message>
        <source>as set in this program</source>
        <translation>本ソフトウェアの設定による</translation>
    </message>
    <message>
        <source>from the system’s settings</source>
        <translation>システムの設定による</translation>
    </message>
    <message>
        <source>from the environment</source>
        <translation>環境変数の設定による</translation>
    </message>
    <message>
        <source>from a configuration script (PAC)</source>
        <translation>自動構成スクリプト（PAC）による</translation>
    </message>
    <message>
        <source>found by WPAD</source>
        <translation>自動検出（WPAD）による</translation>
    </message>
    <message>
        <source>with a password (Basic)</source>
        <translation>パスワード認証（Basic）</translation>
    </message>
    <message>
        <source>signed in by NTLM</source>
        <translation>NTLM認証</translation>
    </message>
    <message>
        <source>signed in by Negotiate</source>
        <translation>Negotiate認証</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>不明</translation>
    </message>
    <message>
        <source>none</source>
        <translation>なし</translation>
    </message>
    <message>
        <source>yes; direct connections are possible</source>
        <translation>あり（直接接続が可能です）</translation>
    </message>
    <message>
        <source>another port for each destination; the relay is used</source>
        <translation>宛先ごとにポートが変わるため、中継を使います</translation>
    </message>
    <message>
        <source>no answer: blocked</source>
        <translation>応答なし（遮断されています）</translation>
    </message>
    <message>
        <source>no connection</source>
        <translation>接続できません</translation>
    </message>
    <message>
        <source>the certificate shown is not trusted</source>
        <translation>提示された証明書を信頼できません</translation>
    </message>
    <message>
        <source>something on the way answers in the server’s place</source>
        <translation>途中の機器がサーバーの代わりに応答しています</translation>
    </message>
    <message>
        <source>the proxy does not answer</source>
        <translation>プロキシが応答しません</translation>
    </message>
    <message>
        <source>the proxy wants a user name and a password</source>
        <translation>プロキシがユーザー名とパスワードを求めています</translation>
    </message>
    <message>
        <source>the proxy refuses this server</source>
        <translation>プロキシがこのサーバーへの接続を拒否しています</translation>
    </message>
    <message>
        <source>TLS is opened on the way</source>
        <translation>途中でTLSが復号されています</translation>
    </message>
    <message>
        <source>{host}, TCP {port}</source>
        <translation>{host} のTCP {port}番</translation>
    </message>
    <message>
        <source>HTTPS and WebSocket (wss): needed</source>
        <translation>HTTPSとWebSocket（wss）：必須</translation>
    </message>
    <message>
        <source>A proxy has to allow CONNECT, and connections that stay open for hours.</source>
        <translation>プロキシでは、CONNECTと、数時間続く接続を許可してください。</translation>
    </message>
    <message>
        <source>TURN over TLS (ALPN stun.turn): the relay where UDP does not get through</source>
        <translation>TURN over TLS（ALPN stun.turn）：UDPが通らない場合の中継</translation>
    </message>
    <message>
        <source>{host}, UDP {port}</source>
        <translation>{host} のUDP {port}番</translation>
    </message>
    <message>
        <source>STUN and TURN: recommended; direct connections and the least delay</source>
        <translation>STUNとTURN：推奨（直接接続が可能になり、遅れが最小になります）</translation>
    </message>
    <message>
        <source>please except {host} from it</source>
        <translation>{host} を対象から除外してください</translation>
    </message>
    <message>
        <source>Or install the inspecting authority’s certificate in this computer’s system store.</source>
        <translation>または、検査に使う認証局の証明書を、このパソコンのシステムの証明書ストアに登録してください。</translation>
    </message>
    <message>
        <source>TLS inspection</source>
        <translation>TLSインスペクション</translation>
    </message>
</context>
<context>
    <name>NetworkWindow</name>
    <message>
        <source>Network check</source>
        <translation>接続の確認</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>コピー(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Save…</source>
        <translation>保存(&amp;S)…</translation>
    </message>
    <message>
        <source>Check &amp;again</source>
        <translation>もう一度確認(&amp;A)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>This tries the ways to the server and measures the line. It takes ten to thirty seconds.</source>
        <translation>サーバーまでの経路を試し、回線を測定します。10秒から30秒ほどかかります。</translation>
    </message>
    <message>
        <source>Something went wrong in this program. Please check again.</source>
        <translation>プログラムで問題が発生しました。もう一度確認してください。</translation>
    </message>
    <message>
        <source>Copied. You can paste it into a message now.</source>
        <translation>コピーしました。メールなどに貼り付けられます。</translation>
    </message>
    <message>
        <source>Web page (*.html)</source>
        <translation>Webページ (*.html)</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSONデータ (*.json)</translation>
    </message>
    <message>
        <source>Save the result</source>
        <translation>結果を保存</translation>
    </message>
    <message>
        <source>This file could not be written. Please choose another place.</source>
        <translation>このファイルに書き込めません。別の場所を選んでください。</translation>
    </message>
    <message>
        <source>Saved: {file}</source>
        <translation>保存しました：{file}</translation>
    </message>
</context>
<context>
    <name>NumberPage</name>
    <message>
        <source>&amp;Copy</source>
        <translation>コピー(&amp;C)</translation>
    </message>
    <message>
        <source>With the customer on the phone, make a number and read it out. It works once, for 10 minutes.</source>
        <translation>お客様とお電話中に番号を発行し、読み上げてください。番号は1回限り、10分間有効です。</translation>
    </message>
    <message>
        <source>&amp;Allow another try</source>
        <translation>再入力を許可(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;New number</source>
        <translation>新しい番号(&amp;N)</translation>
    </message>
    <message>
        <source>Read these digits to the customer</source>
        <translation>この番号をお客様に読み上げてください</translation>
    </message>
    <message>
        <source>Session number</source>
        <translation>接続番号</translation>
    </message>
    <message>
        <source>Waiting for the customer to type the number.</source>
        <translation>お客様の入力を待っています。</translation>
    </message>
    <message>
        <source>The customer has typed the number. Checking it…</source>
        <translation>お客様が番号を入力しました。確認しています…</translation>
    </message>
    <message>
        <source>Tries left: %1</source>
        <translation>残り %1 回</translation>
    </message>
    <message>
        <source>Making a number…</source>
        <translation>番号を発行しています…</translation>
    </message>
    <message>
        <source>Waiting for the customer to type the number again.</source>
        <translation>お客様の再入力を待っています。</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>コピーしました</translation>
    </message>
    <message>
        <source>Good for %1</source>
        <translation>有効期限まで %1</translation>
    </message>
</context>
<context>
    <name>Quality</name>
    <message>
        <source>Direct between the two PCs</source>
        <translation>2 台の PC を直接接続</translation>
    </message>
    <message>
        <source>By way of a relay</source>
        <translation>中継サーバー経由</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>完全に一致</translation>
    </message>
    <message>
        <source>still arriving</source>
        <translation>受信中</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>往復時間</translation>
    </message>
    <message>
        <source>Route</source>
        <translation>経路</translation>
    </message>
    <message>
        <source>Screen data</source>
        <translation>画面データ</translation>
    </message>
    <message>
        <source>Pictures a second</source>
        <translation>毎秒の画像数</translation>
    </message>
    <message>
        <source>Lost and sent again</source>
        <translation>損失・再送</translation>
    </message>
    <message>
        <source>Engineer&apos;s picture</source>
        <translation>担当者側の画面</translation>
    </message>
</context>
<context>
    <name>QualityButton</name>
    <message>
        <source>Connection</source>
        <translation>接続の状態</translation>
    </message>
    <message>
        <source>%1/s</source>
        <comment>pictures a second</comment>
        <translation>%1 枚/秒</translation>
    </message>
</context>
<context>
    <name>QualityGraph</name>
    <message>
        <source>The last 60 seconds</source>
        <translation>直近 60 秒</translation>
    </message>
    <message>
        <source>Screen data</source>
        <translation>画面データ</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>往復時間</translation>
    </message>
</context>
<context>
    <name>QualityPanel</name>
    <message>
        <source>Connection</source>
        <translation>接続の状態</translation>
    </message>
    <message>
        <source>60 seconds ago</source>
        <translation>60 秒前</translation>
    </message>
    <message>
        <source>now</source>
        <translation>現在</translation>
    </message>
    <message>
        <source>No connection</source>
        <translation>接続が切れています</translation>
    </message>
    <message>
        <source>the line cannot keep up with the screen</source>
        <translation>回線の速さが画面の変化に追いついていません</translation>
    </message>
    <message>
        <source>long round trip</source>
        <translation>往復に時間がかかっています</translation>
    </message>
    <message>
        <source>packets get lost</source>
        <translation>パケットが失われています</translation>
    </message>
    <message>
        <source>Good connection</source>
        <translation>接続は良好です</translation>
    </message>
    <message>
        <source>Fair connection: %1</source>
        <translation>接続はやや不調です (%1)</translation>
    </message>
    <message>
        <source>Poor connection: %1</source>
        <translation>接続は不調です (%1)</translation>
    </message>
</context>
<context>
    <name>RecordView</name>
    <message>
        <source>Record of the session</source>
        <translation>セッションの記録</translation>
    </message>
    <message>
        <source>Save a copy…</source>
        <translation>コピーを保存…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Verified: nothing in this record has been changed.</source>
        <translation>検証済み：この記録は改ざんされていません。</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>番号</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>時刻</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Short code: {code}</source>
        <translation>短縮コード：{code}</translation>
    </message>
    <message>
        <source>Save the record</source>
        <translation>記録を保存</translation>
    </message>
</context>
<context>
    <name>RefusalWindow</name>
    <message>
        <source>remotedesk cannot start</source>
        <translation>remotedesk を開始できません</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
</context>
<context>
    <name>ScreenPane</name>
    <message>
        <source>Ask to see the screen</source>
        <translation>画面の表示の許可を求める</translation>
    </message>
    <message>
        <source>Scroll left and right</source>
        <translation>左右にスクロール</translation>
    </message>
    <message>
        <source>Scroll up and down</source>
        <translation>上下にスクロール</translation>
    </message>
</context>
<context>
    <name>ScreenView</name>
    <message>
        <source>The customer&apos;s screen</source>
        <translation>お客様の画面</translation>
    </message>
</context>
<context>
    <name>Sentences</name>
    <message>
        <source>The number has 12 digits. Please type all of them.</source>
        <translation>番号は12桁です。すべて入力してください。</translation>
    </message>
    <message>
        <source>This number is not right. Please compare it with what your engineer says.</source>
        <translation>番号が正しくありません。担当者にもう一度ご確認ください。</translation>
    </message>
    <message>
        <source>The server does not know this number. Please ask your engineer to read it again.</source>
        <translation>この番号は見つかりません。担当者にもう一度ご確認ください。</translation>
    </message>
    <message>
        <source>This number is too old: it is good for 10 minutes. Please ask your engineer for a new one.</source>
        <translation>番号の有効期限（10分）が切れています。担当者に新しい番号をお尋ねください。</translation>
    </message>
    <message>
        <source>This number has been used already. Please ask your engineer for a new one.</source>
        <translation>この番号はすでに使われています。担当者に新しい番号をお尋ねください。</translation>
    </message>
    <message>
        <source>This number was typed wrongly too often and is void. Please ask your engineer for a new one.</source>
        <translation>入力の誤りが続いたため、この番号は無効になりました。担当者に新しい番号をお尋ねください。</translation>
    </message>
    <message>
        <source>The number does not fit your engineer’s. Please compare all digits with him and type it again.</source>
        <translation>番号が担当者のものと一致しません。すべての桁を担当者とご確認のうえ、もう一度入力してください。</translation>
    </message>
    <message>
        <source>Your engineer’s side did not answer in time. Please tell him, and try again.</source>
        <translation>担当者側から時間内に応答がありませんでした。担当者に伝えて、もう一度お試しください。</translation>
    </message>
    <message>
        <source>The other side could not prove who it is. Please ask your engineer for a new number.</source>
        <translation>接続相手を確認できませんでした。担当者に新しい番号をお尋ねください。</translation>
    </message>
    <message>
        <source>Something on the way tried to change the connection, so it was stopped. Please ask your engineer for a new number; if it happens again, tell your IT department.</source>
        <translation>通信の途中で改変が検出されたため、接続を中止しました。担当者に新しい番号をお尋ねください。再発する場合は、情報システム部門にご連絡ください。</translation>
    </message>
    <message>
        <source>Something on the way mixed up the connection, so it was stopped. Please ask your engineer for a new number; if it happens again, tell your IT department.</source>
        <translation>通信の順序の乱れが検出されたため、接続を中止しました。担当者に新しい番号をお尋ねください。再発する場合は、情報システム部門にご連絡ください。</translation>
    </message>
    <message>
        <source>The comparison code was tampered with, so the connection was stopped. Please tell your IT department.</source>
        <translation>照合コードの改ざんが検出されたため、接続を中止しました。情報システム部門にご連絡ください。</translation>
    </message>
    <message>
        <source>The two programs are of different versions. Please get the newest version and try again.</source>
        <translation>双方のプログラムのバージョンが異なります。最新版を入手して、もう一度お試しください。</translation>
    </message>
    <message>
        <source>The comparison codes differ, so the connection was stopped. Please tell your IT department.</source>
        <translation>照合コードが一致しないため、接続を中止しました。情報システム部門にご連絡ください。</translation>
    </message>
    <message>
        <source>The server cannot be reached. Please check your network connection and try again.</source>
        <translation>サーバーに接続できません。ネットワークをご確認のうえ、もう一度お試しください。</translation>
    </message>
    <message>
        <source>The server could not prove that it is the right one, so nothing was sent. Please ask your IT department about its certificate.</source>
        <translation>サーバーが本物であることを確認できないため、何も送信しませんでした。証明書について情報システム部門にお尋ねください。</translation>
    </message>
    <message>
        <source>Your company’s proxy does not let the connection through. Please ask your IT department.</source>
        <translation>社内のプロキシが接続を許可していません。情報システム部門にお尋ねください。</translation>
    </message>
    <message>
        <source>The connection to the server broke. Please check your network and try again.</source>
        <translation>サーバーとの接続が切れました。ネットワークをご確認のうえ、もう一度お試しください。</translation>
    </message>
    <message>
        <source>Name or password is not right. Please try again.</source>
        <translation>アカウント名またはパスワードが正しくありません。もう一度お試しください。</translation>
    </message>
    <message>
        <source>There were too many attempts. Please wait a minute and try again.</source>
        <translation>試行回数が多すぎます。1分ほど待ってから、もう一度お試しください。</translation>
    </message>
    <message>
        <source>The server is full. Please try again in a few minutes.</source>
        <translation>サーバーが混み合っています。数分後にもう一度お試しください。</translation>
    </message>
    <message>
        <source>You are not signed in any more. Please sign in again.</source>
        <translation>サインアウトされています。もう一度サインインしてください。</translation>
    </message>
    <message>
        <source>The server is being restarted. Please try again in a few minutes.</source>
        <translation>サーバーを再起動しています。数分後にもう一度お試しください。</translation>
    </message>
    <message>
        <source>Something went wrong on the server. Please try again; if it stays, tell your engineer the code.</source>
        <translation>サーバーで問題が発生しました。もう一度お試しください。解決しない場合は、担当者にコードをお伝えください。</translation>
    </message>
    <message>
        <source>This program does not know its server. Please get it again from the page your engineer names.</source>
        <translation>接続先のサーバーが設定されていません。担当者がご案内するページから、もう一度入手してください。</translation>
    </message>
    <message>
        <source>Your company’s proxy does not answer. Please ask your IT department.</source>
        <translation>社内プロキシが応答しません。社内の情報システム部門にお問い合わせください。</translation>
    </message>
    <message>
        <source>Your company’s proxy asks for a user name and a password. Please enter them in the settings, or ask your IT department.</source>
        <translation>社内プロキシがユーザー名とパスワードを求めています。設定で入力していただくか、社内の情報システム部門にお問い合わせください。</translation>
    </message>
    <message>
        <source>Your company’s proxy does not let this program reach its server. Please ask your IT department.</source>
        <translation>社内プロキシが、このプログラムからサーバーへの接続を許可していません。社内の情報システム部門にお問い合わせください。</translation>
    </message>
    <message>
        <source>Something between this PC and the server opens encrypted connections, and this PC does not trust it, so nothing was sent. Please ask your IT department.</source>
        <translation>この PC とサーバーの間で暗号化された通信を開いている機器があり、この PC はそれを信頼していません。何も送信していません。社内の情報システム部門にお問い合わせください。</translation>
    </message>
    <message>
        <source>This way out of your network is blocked. That alone does no harm.</source>
        <translation>社外へのこの経路はふさがれています。それだけなら支障はありません。</translation>
    </message>
    <message>
        <source>The server’s relay did not accept the connection. Please tell your engineer the code.</source>
        <translation>サーバーの中継が接続を受け付けませんでした。担当エンジニアにコードをお伝えください。</translation>
    </message>
    <message>
        <source>The other side sent something that is not allowed, so that part was stopped. Please start again.</source>
        <translation>相手側から不正なデータが届いたため、その機能を停止しました。もう一度やり直してください。</translation>
    </message>
    <message>
        <source>The other side sent too much at once, so that part was stopped. Please start again.</source>
        <translation>相手側から一度に大量のデータが届いたため、その機能を停止しました。もう一度やり直してください。</translation>
    </message>
    <message>
        <source>This was not done because you have not allowed it.</source>
        <translation>許可されていないため、実行しませんでした。</translation>
    </message>
    <message>
        <source>This was not done because you have switched it off.</source>
        <translation>オフになっているため、実行しませんでした。</translation>
    </message>
    <message>
        <source>This was not done because sharing is paused.</source>
        <translation>共有が一時停止中のため、実行しませんでした。</translation>
    </message>
    <message>
        <source>That was too quick to have been read. Please read the question and answer again.</source>
        <translation>内容をご確認のうえ、もう一度お答えください。</translation>
    </message>
    <message>
        <source>This question is no longer open. Nothing was changed.</source>
        <translation>この確認はすでに終了しています。変更はありません。</translation>
    </message>
    <message>
        <source>This is not possible right now. Please wait a moment and try again.</source>
        <translation>今は実行できません。少し待ってから、もう一度お試しください。</translation>
    </message>
    <message>
        <source>You declined. Nothing was shared.</source>
        <translation>許可しませんでした。何も共有されていません。</translation>
    </message>
    <message>
        <source>The connection to your engineer was lost. Please ask him for a new number to go on.</source>
        <translation>担当者との接続が切れました。続ける場合は、担当者に新しい番号をお尋ねください。</translation>
    </message>
    <message>
        <source>Your engineer has ended the session.</source>
        <translation>担当者がセッションを終了しました。</translation>
    </message>
    <message>
        <source>No way to your engineer’s computer was found. Please try again; if it stays, ask your IT department to allow the server on port 443.</source>
        <translation>担当者のパソコンへの経路が見つかりません。もう一度お試しください。解決しない場合は、サーバーへのポート443の通信許可を情報システム部門にご依頼ください。</translation>
    </message>
    <message>
        <source>Sharing does not work on this system yet. It works on Linux with X11.</source>
        <translation>このシステムでの共有にはまだ対応していません。Linux（X11）でご利用いただけます。</translation>
    </message>
    <message>
        <source>Sharing does not work under Wayland. Please sign in again and choose an X11 session.</source>
        <translation>Wayland では共有できません。いったんログアウトし、X11 のセッションを選んでログインし直してください。</translation>
    </message>
    <message>
        <source>The screen could not be read. Please end the session and start again.</source>
        <translation>画面を取得できませんでした。セッションを終了して、もう一度やり直してください。</translation>
    </message>
    <message>
        <source>The system did not take the engineer’s input there. Please do this step yourself.</source>
        <translation>この場所では担当者の操作が受け付けられません。この手順はご自身で操作してください。</translation>
    </message>
    <message>
        <source>The engineer cannot operate this program’s own windows. Only you can.</source>
        <translation>このプログラムの画面は、担当者からは操作できません。操作できるのはお客様だけです。</translation>
    </message>
    <message>
        <source>Your own mouse and keyboard go first: the engineer waits until you let go.</source>
        <translation>お客様のマウスとキーボードが優先されます。操作されている間、担当者は操作できません。</translation>
    </message>
    <message>
        <source>Windows shows an administrator’s window; please answer it yourself.</source>
        <translation>Windows が管理者用のウィンドウを表示しています。ご自身で操作してください。</translation>
    </message>
    <message>
        <source>The key to end is used by another program. Please end with the red button.</source>
        <translation>終了キーは別のプログラムが使用中です。終了するときは赤いボタンを押してください。</translation>
    </message>
    <message>
        <source>This record has been changed after it was written. Do not rely on it.</source>
        <translation>この記録は作成後に変更されています。信頼しないでください。</translation>
    </message>
    <message>
        <source>This file is not a session record, or it is damaged.</source>
        <translation>このファイルはセッションの記録ではないか、壊れています。</translation>
    </message>
    <message>
        <source>Something went wrong in this program. Please start it again, and tell your engineer the code.</source>
        <translation>プログラムで問題が発生しました。起動し直して、担当者にコードをお伝えください。</translation>
    </message>
    <message>
        <source>Nobody used the number in time. Please get a new number and read it out.</source>
        <translation>番号の有効期限が切れました。新しい番号を発行して読み上げてください。</translation>
    </message>
    <message>
        <source>This number has been used. Please get a new one.</source>
        <translation>この番号は使用済みです。新しい番号を発行してください。</translation>
    </message>
    <message>
        <source>This number was tried wrongly too often and is void. Please get a new one.</source>
        <translation>入力の誤りが続いたため、この番号は無効になりました。新しい番号を発行してください。</translation>
    </message>
    <message>
        <source>The customer’s number did not fit. Read it out again; if it was not your customer, get a new one.</source>
        <translation>入力された番号が一致しません。もう一度読み上げてください。お客様の入力でない場合は、新しい番号を発行してください。</translation>
    </message>
    <message>
        <source>The customer’s side did not answer in time. Ask him, and allow another try or get a new number.</source>
        <translation>お客様側から時間内に応答がありませんでした。お客様にご確認のうえ、再入力を許可するか、新しい番号を発行してください。</translation>
    </message>
    <message>
        <source>The other side could not prove that it is your customer. Please get a new number.</source>
        <translation>接続相手がお客様であることを確認できませんでした。新しい番号を発行してください。</translation>
    </message>
    <message>
        <source>Something on the way tried to change the connection, so it was stopped. Please get a new number.</source>
        <translation>通信の途中で改変が検出されたため、接続を中止しました。新しい番号を発行してください。</translation>
    </message>
    <message>
        <source>Something on the way mixed up the connection, so it was stopped. Please get a new number.</source>
        <translation>通信の順序の乱れが検出されたため、接続を中止しました。新しい番号を発行してください。</translation>
    </message>
    <message>
        <source>Something went wrong on the server. Please try again, or tell whoever runs it the code.</source>
        <translation>サーバーで問題が発生しました。もう一度試すか、サーバーの管理者にコードを伝えてください。</translation>
    </message>
    <message>
        <source>The customer has not allowed this. You can ask him for it.</source>
        <translation>お客様が許可していません。許可を求めることができます。</translation>
    </message>
    <message>
        <source>The customer has switched this off. You can ask him again.</source>
        <translation>お客様がオフにしました。もう一度許可を求めることができます。</translation>
    </message>
    <message>
        <source>Sharing is paused on the customer’s computer.</source>
        <translation>お客様側で共有が一時停止しています。</translation>
    </message>
    <message>
        <source>The customer declined.</source>
        <translation>お客様は許可しませんでした。</translation>
    </message>
    <message>
        <source>The connection to the customer was lost. Please get a new number to go on.</source>
        <translation>お客様との接続が切れました。続ける場合は、新しい番号を発行してください。</translation>
    </message>
    <message>
        <source>The customer has ended the session.</source>
        <translation>お客様がセッションを終了しました。</translation>
    </message>
    <message>
        <source>No way to the customer’s computer was found. Please get a new number and try again.</source>
        <translation>お客様のパソコンへの経路が見つかりません。新しい番号を発行して、もう一度お試しください。</translation>
    </message>
    <message>
        <source>The customer’s screen could not be read. Please ask him to start again.</source>
        <translation>お客様の画面を取得できませんでした。お客様にやり直しをお願いしてください。</translation>
    </message>
    <message>
        <source>The customer’s system did not take that input. Please ask him to do this step.</source>
        <translation>お客様のシステムがこの操作を受け付けませんでした。この手順はお客様に操作をお願いしてください。</translation>
    </message>
    <message>
        <source>That is remotedesk’s own window, or a question is open: only the customer can answer it.</source>
        <translation>remotedesk自身の画面か、確認画面の表示中です。操作できるのはお客様だけです。</translation>
    </message>
    <message>
        <source>The customer is using his own mouse or keyboard. Please wait a moment.</source>
        <translation>お客様がマウスかキーボードを操作中です。少しお待ちください。</translation>
    </message>
    <message>
        <source>Windows shows the customer an administrator’s window. Please ask him to answer it.</source>
        <translation>お客様の Windows が管理者用のウィンドウを表示しています。お客様に操作をお願いしてください。</translation>
    </message>
    <message>
        <source>Something went wrong in this program. Please start it again.</source>
        <translation>プログラムで問題が発生しました。起動し直してください。</translation>
    </message>
</context>
<context>
    <name>ServeCard</name>
    <message>
        <source>Copy both</source>
        <translation>両方をコピー</translation>
    </message>
    <message>
        <source>This window is the server. The customer needs:</source>
        <translation>このウィンドウがサーバーです。お客様に必要な情報：</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>アドレス</translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation>フィンガープリント</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>コピーしました</translation>
    </message>
</context>
<context>
    <name>SessionBar</name>
    <message>
        <source>Remote support session</source>
        <translation>リモートサポートのセッション</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>メッセージ</translation>
    </message>
    <message>
        <source>End</source>
        <translation>終了</translation>
    </message>
    <message>
        <source>End the session</source>
        <translation>セッションを終了する</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>接続しています…</translation>
    </message>
    <message>
        <source>Reconnecting… Nothing is shared until your engineer is back.</source>
        <translation>再接続しています… 担当者が戻るまで、何も共有されません。</translation>
    </message>
    <message>
        <source>Paused: your screen is locked. Nothing is shared.</source>
        <translation>一時停止中：画面がロックされています。何も共有されていません。</translation>
    </message>
    <message>
        <source>{key} brings the keyboard here</source>
        <translation>{key} でキーボード操作に移ります</translation>
    </message>
    <message>
        <source>Messages ({count})</source>
        <translation>メッセージ ({count})</translation>
    </message>
    <message>
        <source>Allow: {feature}</source>
        <translation>許可：{feature}</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>一時停止中</translation>
    </message>
    <message>
        <source>%1 min</source>
        <comment>how long the session has lasted</comment>
        <translation>%1 分</translation>
    </message>
    <message>
        <source>Your screen is seen and controlled</source>
        <translation>画面を表示・操作中</translation>
    </message>
    <message>
        <source>Your screen is seen</source>
        <translation>画面を表示中</translation>
    </message>
    <message>
        <source>Your screen is not shared</source>
        <translation>画面は共有していません</translation>
    </message>
</context>
<context>
    <name>SheetView</name>
    <message>
        <source>Result of the network check</source>
        <translation>接続確認の結果</translation>
    </message>
</context>
<context>
    <name>SignInPage</name>
    <message>
        <source>Sign in</source>
        <translation>サインイン</translation>
    </message>
    <message>
        <source>Server: %1</source>
        <translation>サーバー：%1</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>アカウント名(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Password</source>
        <translation>パスワード(&amp;P)</translation>
    </message>
    <message>
        <source>Type your account&apos;s name.</source>
        <translation>アカウント名を入力してください。</translation>
    </message>
    <message>
        <source>Type your password.</source>
        <translation>パスワードを入力してください。</translation>
    </message>
    <message>
        <source>Signing in…</source>
        <translation>サインインしています…</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Number from your engineer</source>
        <translation>担当者からお伝えする番号</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>お名前</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>接続する</translation>
    </message>
    <message>
        <source>Check the connection…</source>
        <translation>接続を確認する…</translation>
    </message>
    <message>
        <source>Remote support</source>
        <translation>リモートサポート</translation>
    </message>
    <message>
        <source>Your engineer tells you a number on the phone.</source>
        <translation>お電話でお伝えした番号を入力してください。</translation>
    </message>
    <message>
        <source>Nothing is shared before you agree on the next screen.</source>
        <translation>次の画面で許可するまで、何も共有されません。</translation>
    </message>
    <message>
        <source>Please type your name, so that your engineer knows it is you.</source>
        <translation>お名前を入力してください。担当者がご本人を確認するために使います。</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Session</source>
        <translation>セッション</translation>
    </message>
    <message>
        <source>Ask for control</source>
        <translation>操作の許可を求める</translation>
    </message>
    <message>
        <source>Chat</source>
        <comment>open the panel</comment>
        <translation>チャット</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>全体</translation>
    </message>
    <message>
        <source>1:1</source>
        <translation>等倍</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全画面</translation>
    </message>
    <message>
        <source>End</source>
        <translation>終了</translation>
    </message>
    <message>
        <source>End the session</source>
        <translation>セッションを終了する</translation>
    </message>
    <message>
        <source>Fit the picture into the window</source>
        <translation>ウィンドウに合わせて表示</translation>
    </message>
    <message>
        <source>Show the picture&apos;s pixels one to one</source>
        <translation>等倍で表示</translation>
    </message>
    <message>
        <source>Exact</source>
        <translation>完全一致</translation>
    </message>
    <message>
        <source>Every pixel is as on the customer&apos;s screen</source>
        <translation>お客様の画面とすべての画素が一致しています</translation>
    </message>
    <message>
        <source>Updating…</source>
        <translation>更新中…</translation>
    </message>
    <message>
        <source>Parts of the picture are still on their way</source>
        <translation>画面の一部を受信中です</translation>
    </message>
    <message>
        <source>Elapsed time %1</source>
        <translation>経過時間 %1</translation>
    </message>
    <message>
        <source>Asked for control…</source>
        <translation>操作の許可を求めました…</translation>
    </message>
</context>
<context>
    <name>Viewer</name>
    <message>
        <source>Customer&apos;s screen - remotedesk</source>
        <translation>お客様の画面 - remotedesk</translation>
    </message>
    <message>
        <source>Reconnecting…</source>
        <translation>再接続しています…</translation>
    </message>
    <message>
        <source>Nothing you press reaches the customer&apos;s PC.</source>
        <translation>操作はお客様のパソコンに届きません。</translation>
    </message>
    <message>
        <source>Paused: the customer&apos;s screen is locked</source>
        <translation>一時停止中：お客様の画面がロックされています</translation>
    </message>
    <message>
        <source>It goes on when the customer is back at the PC.</source>
        <translation>お客様が戻ると再開します。</translation>
    </message>
    <message>
        <source>The customer does not show the screen</source>
        <translation>お客様は画面を表示していません</translation>
    </message>
    <message>
        <source>Ask to see it</source>
        <translation>表示の許可を求める</translation>
    </message>
    <message>
        <source>Waiting for the first picture…</source>
        <translation>画面の受信を待っています…</translation>
    </message>
    <message>
        <source>The customer allowed: %1</source>
        <translation>お客様が許可しました：%1</translation>
    </message>
    <message>
        <source>The customer said no.</source>
        <translation>お客様は許可しませんでした。</translation>
    </message>
    <message>
        <source>Paused: nothing you press reaches the customer&apos;s PC.</source>
        <translation>一時停止中：操作はお客様のパソコンに届きません。</translation>
    </message>
    <message>
        <source>You may only look. Ask for control to use mouse and keyboard.</source>
        <translation>現在は表示のみです。操作するには許可を求めてください。</translation>
    </message>
</context>
<context>
    <name>WaitingPage</name>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
</context>
</TS>
